import { WorkerEntrypoint } from 'cloudflare:workers'
import { checkPoint, type Question, type StoredPoint } from './analytics.ts'

/**
 * The dataset as the control plane is bound to it. The dataset lives with the edge data plane, as Analytics Engine does
 * in production: it goes on when the control plane is away.
 */
interface ClientEnvironment {
  DATASET_URL: string
}

export class Dataset extends WorkerEntrypoint<ClientEnvironment, { dataset: string }> {
  async writeDataPoint(point: AnalyticsEngineDataPoint = {}): Promise<void> {
    checkPoint(point)
    const points: StoredPoint[] = [{ ...point, dataset: this.ctx.props.dataset }]
    await ask(this.env, '/points', points)
  }
}

export class Sql extends WorkerEntrypoint<ClientEnvironment> {
  async query(question: Question): Promise<{ data: Record<string, unknown>[]; rows: number }> {
    return (await ask(this.env, '/query', question)).json()
  }
}

const ask = async ({ DATASET_URL }: ClientEnvironment, path: string, sent: unknown) => {
  const answer = await fetch(new URL(path, DATASET_URL), {
    method: 'POST',
    body: JSON.stringify(sent),
  })
  if (!answer.ok) throw new Error(`dataset answered ${answer.status} to ${path}`)
  return answer
}

export default {
  fetch: () => new Response(null, { status: 404 }),
}
