import type { Acl } from '#model/acl'
import type { Certificate } from '#model/certificate'
import type { Consumer } from '#model/consumer'
import { kinds } from '#model/index'
import { metaOf } from '#model/kit'
import type { Plugin } from '#model/plugin'
import type { Route } from '#model/route'
import type { Service } from '#model/service'
import type { Sni } from '#model/sni'
import type { Target } from '#model/target'
import type { Upstream } from '#model/upstream'
import { RoundRobin } from './balancer/round-robin.ts'
import { Chains, type PluginInstance } from './chain.ts'
import type {
  Configuration,
  ConfiguredCertificate,
  ConfiguredConsumer,
  ConfiguredCredential,
  ConfiguredRoute,
  ConfiguredService,
  ConfiguredUpstream,
} from './configuration.ts'
import type { Host, UpstreamTls } from './host.ts'
import { instantiate } from './instantiate.ts'
import type { PluginType } from './plugin.ts'
import type { EntityProblem } from './protocol.ts'
import { RouteError } from './router/candidate.ts'
import { buildRouter, type Router } from './router/router.ts'
import type { SnapshotEntity } from './snapshot.ts'

/** A configuration with what only the gateway looks at. */
export interface CompiledConfiguration extends Configuration {
  readonly router: Router
  readonly chains: Chains
  /** Plugin instances by id and content, for the next configuration to take over. */
  readonly instances: ReadonlyMap<string, PluginInstance>
}

export type Compiled =
  | { ok: true; configuration: CompiledConfiguration }
  | { ok: false; problems: EntityProblem[] }

/** Kinds whose secret is looked up by its digest, and the field that holds it. */
const compared = kinds.flatMap((kind) =>
  Object.entries(kind.fields)
    .filter(([, type]) => metaOf(type).secret === 'compared')
    .map(([field]) => ({ plural: kind.plural, field })),
)

/**
 * Turns the entities of a snapshot into tables that requests only look things up in. Plugin instances whose configuration
 * did not change are taken over from the configuration before, with their queues and counters.
 */
export const compile = (
  entities: readonly SnapshotEntity[],
  version: number,
  root: string,
  host: Host,
  plugins: ReadonlyMap<string, PluginType>,
  before: CompiledConfiguration | undefined,
): Compiled => {
  const problems: EntityProblem[] = []
  const byKind = Map.groupBy(entities, ({ kind }) => kind)
  const of = <Row>(kind: string): (Row & { id: string })[] =>
    (byKind.get(kind) ?? []).map((item) => withNulls(item) as Row & { id: string })

  const certificates = new Map(of<Certificate>('certificates').map((entity) => [entity.id, entity]))
  const authorities = new Map(
    of<{ cert: string }>('ca_certificates').map((entity) => [entity.id, entity.cert]),
  )
  const upstreams = compileUpstreams(of<Upstream>('upstreams'), of<Target>('targets'))
  const services = new Map<string, ConfiguredService>()
  for (const entity of of<Service>('services')) {
    const upstream = upstreams.get(entity.host)
    services.set(entity.id, {
      entity,
      upstream,
      tls: upstreamTls(entity, upstream?.entity, certificates, authorities),
      authority: authorityOf(entity.host, entity.port, entity.protocol),
    })
  }

  const routes: ConfiguredRoute[] = []
  for (const entity of of<Route>('routes')) {
    const service = entity.service ? services.get(entity.service.id) : undefined
    if (entity.service && !service) {
      problems.push({
        kind: 'routes',
        id: entity.id,
        message: `service ${entity.service.id} is not in the snapshot`,
      })
    } else if (service === undefined || service.entity.enabled) routes.push({ entity, service })
  }

  const instances = new Map<string, PluginInstance>()
  for (const entity of of<Plugin>('plugins')) {
    if (!entity.enabled || !entity.protocols.some((protocol) => httpProtocols.has(protocol)))
      continue
    const made = instantiate(entity, host, plugins, before?.instances)
    if ('problem' in made) problems.push({ kind: 'plugins', id: entity.id, message: made.problem })
    else instances.set(made.key, made.instance)
  }

  const router = tried(problems, () => buildRouter(routes))
  if (problems.length > 0 || !router) return { ok: false, problems }

  const consumers = compileConsumers(of<Consumer>('consumers'), of<Acl>('acls'))
  const credentials = compileCredentials(of)
  return {
    ok: true,
    configuration: {
      version,
      root,
      router,
      instances,
      chains: new Chains([...instances.values()]),
      certificates: compileCertificates(certificates.values(), of<Sni>('snis')),
      consumer: (id) => consumers.byId.get(id),
      consumerBy: (name) => consumers.byId.get(name) ?? consumers.byUsername.get(name),
      credential: (kind, digest) => credentials.get(kind)?.get(digest),
    },
  }
}

const fieldsByKind = new Map(kinds.map((kind) => [kind.plural, Object.keys(kind.fields)]))

/** An entity as its type has it: snapshots leave out what is null. */
const withNulls = ({ kind, entity }: SnapshotEntity): unknown => {
  const row: Record<string, unknown> = { ...entity }
  for (const field of fieldsByKind.get(kind) ?? []) row[field] ??= null
  return row
}

/** Host header of an address: the port is left out where it is the one of the scheme. */
export const authorityOf = (host: string, port: number, protocol: string): string => {
  const usual = protocol === 'https' || protocol === 'grpcs' ? 443 : 80
  return port === usual ? host : `${host}:${port}`
}

const httpProtocols = new Set(['http', 'https', 'grpc', 'grpcs'])

const tried = <T>(problems: EntityProblem[], build: () => T): T | undefined => {
  try {
    return build()
  } catch (error) {
    problems.push({
      kind: 'routes',
      id: error instanceof RouteError ? error.route : '',
      message: error instanceof Error ? error.message : String(error),
    })
    return undefined
  }
}

const compileUpstreams = (
  upstreams: Upstream[],
  targets: Target[],
): Map<string, ConfiguredUpstream> => {
  const byUpstream = Map.groupBy(targets, (target) => target.upstream.id)
  return new Map(
    upstreams.map((entity) => {
      const peers = (byUpstream.get(entity.id) ?? []).map(({ target, weight }) => {
        const colon = target.lastIndexOf(':')
        return {
          host: target.slice(0, colon),
          port: Number(target.slice(colon + 1)),
          weight: weight ?? 100,
        }
      })
      return [entity.name, { entity, peers: new RoundRobin(peers) }]
    }),
  )
}

const upstreamTls = (
  service: Service,
  upstream: Upstream | undefined,
  certificates: ReadonlyMap<string, Certificate>,
  authorities: ReadonlyMap<string, string>,
): UpstreamTls | undefined => {
  if (service.protocol !== 'https' && service.protocol !== 'grpcs') return undefined
  const shown = service.client_certificate ?? upstream?.client_certificate
  const certificate = shown ? certificates.get(shown.id) : undefined
  return {
    server_name: undefined,
    verify: service.tls_verify ?? false,
    authorities: service.ca_certificates?.flatMap((id) => authorities.get(id) ?? []),
    certificate: certificate ? { cert: certificate.cert, key: certificate.key } : undefined,
  }
}

const compileConsumers = (consumers: Consumer[], acls: Acl[]) => {
  const groups = Map.groupBy(acls, (acl) => acl.consumer.id)
  const byId = new Map<string, ConfiguredConsumer>()
  const byUsername = new Map<string, ConfiguredConsumer>()
  for (const entity of consumers) {
    const consumer = { entity, acl_groups: (groups.get(entity.id) ?? []).map((acl) => acl.group) }
    byId.set(entity.id, consumer)
    if (entity.username) byUsername.set(entity.username, consumer)
  }
  return { byId, byUsername }
}

const compileCredentials = (of: <Row>(kind: string) => (Row & { id: string })[]) =>
  new Map(
    compared.map(({ plural, field }) => [
      plural,
      new Map(
        of<ConfiguredCredential>(plural).map((credential) => [
          String(credential[field]),
          credential,
        ]),
      ),
    ]),
  )

const compileCertificates = (
  certificates: Iterable<Certificate>,
  snis: Sni[],
): ConfiguredCertificate[] => {
  const names = Map.groupBy(snis, (sni) => sni.certificate.id)
  return [...certificates].map(({ id, cert, key }) => ({
    id,
    cert,
    key,
    snis: (names.get(id) ?? []).map((sni) => sni.name),
  }))
}
