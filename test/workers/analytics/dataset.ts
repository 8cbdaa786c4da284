import { runInDurableObject } from 'cloudflare:test'
import type { Env } from '#workers/env'
import { checkPoint, DatasetStore } from '../../../workers/local/cloudflare/analytics.ts'
import { env } from '../runtime-groups/world.ts'

type Question = { query: string; params?: unknown[] }

/** The local dataset's own store, in the storage of a Durable Object that nothing else uses. */
export const newDataset = () => {
  const object = env.GROUPS.get(env.GROUPS.idFromName(crypto.randomUUID()))
  const within = <Result>(run: (store: DatasetStore) => Result) =>
    runInDurableObject(object, (_, state) => run(new DatasetStore(state, {})))
  const bindings: Required<Pick<Env, 'ANALYTICS' | 'ANALYTICS_SQL'>> = {
    ANALYTICS: {
      writeDataPoint: (point: AnalyticsEngineDataPoint = {}) => {
        checkPoint(point)
        return within((store) => store.write([{ ...point, dataset: 'tidegate_requests' }])) as never
      },
    },
    ANALYTICS_SQL: {
      query: ({ query, params = [] }: Question) =>
        within((store) => store.query({ query, params: params as SqlStorageValue[] })),
    },
  }
  return bindings
}
