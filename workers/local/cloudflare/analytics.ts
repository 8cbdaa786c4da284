import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers'

/**
 * Analytics Engine on one machine: the same write call, the same columns, kept in SQLite. Nothing is sampled, so
 * `_sample_interval` is 1.
 */
export interface StoredPoint extends AnalyticsEngineDataPoint {
  dataset: string
}

interface AnalyticsEnvironment {
  STORE: DurableObjectNamespace<DatasetStore>
}

const BLOBS = 20
const DOUBLES = 20
const INDEX_BYTES = 96
/** Analytics Engine keeps three months. */
const KEPT_SECONDS = 92 * 86_400
const COLUMNS = [
  'timestamp',
  '_sample_interval',
  'dataset',
  'index1',
  ...Array.from({ length: BLOBS }, (_, at) => `blob${at + 1}`),
  ...Array.from({ length: DOUBLES }, (_, at) => `double${at + 1}`),
]
const INSERT = `insert into points (${COLUMNS.join(', ')}) values (${COLUMNS.map(() => '?').join(', ')})`

/** One object holds every dataset. `timestamp` is in epoch seconds. */
export class DatasetStore extends DurableObject {
  constructor(state: DurableObjectState, env: unknown) {
    super(state, env as never)
    const { sql } = state.storage
    sql.exec(`create table if not exists points (${COLUMNS.join(', ')})`)
    sql.exec('create index if not exists points_by_time on points (dataset, index1, timestamp)')
    sql.exec('delete from points where timestamp < ?', Math.floor(Date.now() / 1000) - KEPT_SECONDS)
  }

  write(points: StoredPoint[]): void {
    const now = Math.floor(Date.now() / 1000)
    for (const { dataset, indexes, blobs, doubles } of points) {
      this.ctx.storage.sql.exec(
        INSERT,
        now,
        1,
        dataset,
        indexes?.[0] ?? '',
        ...Array.from({ length: BLOBS }, (_, at) => blobs?.[at] ?? ''),
        ...Array.from({ length: DOUBLES }, (_, at) => doubles?.[at] ?? 0),
      )
    }
  }

  query(question: Question) {
    const data = this.ctx.storage.sql.exec(question.query, ...(question.params ?? [])).toArray()
    return { data, rows: data.length }
  }
}

export interface Question {
  query: string
  params?: SqlStorageValue[]
}

/** The binding that stands in for a dataset. Props name it. */
export class Dataset extends WorkerEntrypoint<AnalyticsEnvironment, { dataset: string }> {
  async writeDataPoint(point: AnalyticsEngineDataPoint = {}): Promise<void> {
    checkPoint(point)
    await store(this.env).write([{ ...point, dataset: this.ctx.props.dataset }])
  }
}

/** The binding that queries go through. */
export class Sql extends WorkerEntrypoint<AnalyticsEnvironment> {
  async query(question: Question) {
    return await store(this.env).query(question)
  }
}

/** The limits of Analytics Engine, which the platform applies in silence and we do not. */
export const checkPoint = ({ indexes, blobs, doubles }: AnalyticsEngineDataPoint): void => {
  if ((indexes?.length ?? 0) > 1) throw new TypeError('a data point has at most 1 index')
  if ((blobs?.length ?? 0) > BLOBS) throw new TypeError(`a data point has at most ${BLOBS} blobs`)
  if ((doubles?.length ?? 0) > DOUBLES) {
    throw new TypeError(`a data point has at most ${DOUBLES} doubles`)
  }
  const index = indexes?.[0]
  if (typeof index === 'string' && new TextEncoder().encode(index).length > INDEX_BYTES) {
    throw new TypeError(`the index of a data point has at most ${INDEX_BYTES} bytes`)
  }
}

const store = (env: AnalyticsEnvironment) => env.STORE.get(env.STORE.idFromName('datasets'))

/** For the control plane, which runs in a process of its own: see dataset-client.ts. */
export default {
  async fetch(request: Request, env: AnalyticsEnvironment): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (request.method !== 'POST') return new Response(null, { status: 405 })
    if (pathname === '/points') {
      await store(env).write(await request.json<StoredPoint[]>())
      return new Response(null, { status: 204 })
    }
    if (pathname === '/query') {
      return Response.json(await store(env).query(await request.json<Question>()))
    }
    return new Response(null, { status: 404 })
  },
}
