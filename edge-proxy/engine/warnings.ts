import type { Host } from './host.ts'
import type { EntityProblem } from './protocol.ts'
import type { SnapshotEntity } from './snapshot.ts'

/** Something of a configuration that is taken but does not act, and how to tell. */
interface Silent {
  kind: string
  /** Only on this host; on both when left out. */
  host?: Host['name']
  when(entity: Record<string, unknown>): boolean
  message: string
}

const HTTP = ['http', 'https']

const silent: Silent[] = [
  {
    kind: 'routes',
    when: ({ protocols }) => !list(protocols).some((protocol) => HTTP.includes(protocol)),
    message: 'only http and https requests are served: this route never matches, or is refused',
  },
  {
    kind: 'routes',
    when: ({ path_handling }) => path_handling === 'v1',
    message: 'path_handling v1 acts only in the traditional flavour of the router; v0 is used',
  },
  {
    kind: 'routes',
    host: 'worker',
    when: ({ snis }) => list(snis).length > 0,
    message: 'a Worker does not see server names: over https this route never matches',
  },
  {
    kind: 'services',
    when: ({ protocol }) => !HTTP.includes(String(protocol)),
    message: 'only HTTP/1.1 is spoken to upstreams: this service is called so',
  },
  {
    kind: 'upstreams',
    when: ({ algorithm }) =>
      algorithm !== undefined && algorithm !== null && algorithm !== 'round-robin',
    message: 'targets are called in turn, by weight, whatever the algorithm',
  },
  {
    kind: 'upstreams',
    when: ({ healthchecks }) => checksHealth(healthchecks),
    message: 'targets are not checked: each stays in the rotation',
  },
  {
    kind: 'certificates',
    host: 'worker',
    when: () => true,
    message: 'Cloudflare ends TLS in front of a Worker: this certificate is not shown to clients',
  },
]

/** What of a configuration this runtime takes without acting on it. Shown on the page of the runtime. */
export const warningsOf = (
  entities: Iterable<SnapshotEntity>,
  host: Host['name'],
): EntityProblem[] => {
  const warnings: EntityProblem[] = []
  for (const { kind, entity } of entities) {
    for (const rule of silent) {
      if (rule.kind !== kind || (rule.host ?? host) !== host || !rule.when(entity)) continue
      warnings.push({ kind, id: entity.id, message: rule.message })
    }
  }
  return warnings
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value : [])

/** Whether any counter or interval of the checks is above zero. */
const checksHealth = (checks: unknown): boolean => {
  const { active, passive } = (checks ?? {}) as Record<string, Record<string, unknown> | undefined>
  return [active?.healthy, active?.unhealthy, passive?.healthy, passive?.unhealthy].some((side) =>
    Object.entries((side ?? {}) as Record<string, unknown>).some(
      ([name, value]) => name !== 'http_statuses' && typeof value === 'number' && value > 0,
    ),
  )
}
