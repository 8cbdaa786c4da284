import type { RuntimeGroup } from '#modules/runtime-groups'

/** What the control plane is bound to. The same names locally and in production. */
export interface Env {
  DB: D1Database
  /** `snapshots/<group id>/<root>.json` and `deltas/<group id>/<previous>-<root>.json`. */
  CONTENT: R2Bucket
  /** One object for each runtime group, named by the group's id. */
  GROUPS: DurableObjectNamespace<RuntimeGroup>
  /** Dataset `tidegate_requests`. The local one answers a promise: wait for it. */
  ANALYTICS: AnalyticsEngineDataset
  /** Reads of the local dataset. Absent in production, where the SQL API of Analytics Engine is called. */
  ANALYTICS_SQL?: {
    query(question: {
      query: string
      params?: unknown[]
    }): Promise<{ data: Record<string, unknown>[] }>
  }
  /** The built console. */
  ASSETS: Fetcher
  /** 32 bytes, base64url. Every other key is derived from it: see api/keys.ts. */
  TIDEGATE_SECRET: string
  /** Lets the first owner be made, once. */
  TIDEGATE_SETUP_TOKEN?: string
  /** Production reads of Analytics Engine. */
  CLOUDFLARE_ACCOUNT_ID?: string
  CLOUDFLARE_ANALYTICS_TOKEN?: string
}
