/**
 * What the edge data plane is bound to: see edge-proxy/wrangler.toml. Gateway settings are variables too, as on the Node
 * data plane: `TIDEGATE_` and the name in kong.conf. So is TIDEGATE_GRACE_DAYS.
 */
export interface EdgeEnvironment {
  /** Traffic records. The local dataset answers a promise, which must be kept alive. */
  ANALYTICS?: AnalyticsEngineDataset
  /** The control plane, when it is bound as a service; else it is reached by URL. */
  CONTROL?: Fetcher
  /** Base URL of the control plane. With CONTROL bound it only names it. */
  TIDEGATE_CONTROL_PLANE?: string
  /** Secret. Registration token of the runtime group. */
  TIDEGATE_REGISTRATION_TOKEN?: string
  /** JWK set (JSON) that the first manifest must be signed with, whatever registration says. */
  TIDEGATE_TRUSTED_KEYS?: string
  /** Name that this data plane shows in the console. Default: `edge`. */
  TIDEGATE_HOSTNAME?: string
}
