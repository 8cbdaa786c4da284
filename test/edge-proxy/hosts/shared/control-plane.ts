import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { type Manifest, signManifest } from '../../../../edge-proxy/engine/manifest.ts'
import type {
  RecordsReport,
  RegisterRequest,
  SnapshotAnswer,
  StatusReport,
} from '../../../../edge-proxy/engine/protocol.ts'
import { newSealingKey } from '../../../../edge-proxy/engine/seal.ts'
import {
  hashAll,
  hashBuckets,
  nameOf,
  rootOf,
  type SnapshotEntity,
} from '../../../../edge-proxy/engine/snapshot.ts'

export const REGISTRATION_TOKEN = 'tgr_test'

/** A signing key as JWKs: the private one, and what runtimes get of it. */
export interface SigningKey {
  secret: JWK
  shown: JWK
}

export const newSigningKey = async (kid: string): Promise<SigningKey> => {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  return {
    secret: { ...(await exportJWK(pair.privateKey)), kid },
    shown: { ...(await exportJWK(pair.publicKey)), kid },
  }
}

/** What a test wants of a version beyond its entities. */
export interface Publication {
  key?: SigningKey
  keys?: JWK[]
  manifest?: Partial<Manifest>
  /** What is handed out under the root, when it is not what the root was made of. */
  content?: SnapshotEntity[]
}

/** A control plane of one group over real HTTP: it signs, holds long polls, answers deltas, and keeps what it is told. */
export class TestControlPlane {
  readonly groupKey = newSealingKey()
  readonly registered: RegisterRequest[] = []
  readonly statuses: StatusReport[] = []
  readonly records: RecordsReport[] = []
  /** Method and path of each request. */
  readonly requests: string[] = []
  readonly organization = { id: 'organization-1', name: 'Acme' }
  group = { id: 'group-1', name: 'default' }
  key: SigningKey
  version = 0
  /** The port that it listens on, or did. */
  port = 0
  /** Answers every runtime call with this status, when set. */
  failing: number | undefined
  /** Answers polls with the current version whatever the runtime has. */
  pushy = false
  #tokens = new Set<string>()
  #published: { version: number; root: string; manifest: string; issued: string } | undefined
  readonly #contents = new Map<string, SnapshotEntity[]>()
  readonly #waiting = new Set<() => void>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  private constructor(key: SigningKey) {
    this.key = key
  }

  static async start(): Promise<TestControlPlane> {
    const plane = new TestControlPlane(await newSigningKey('key-1'))
    await plane.listen(0)
    return plane
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    this.port = (this.#server.address() as AddressInfo).port
  }

  /** Goes away: connections are cut, and nobody listens. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async publish(entities: SnapshotEntity[], publication: Publication = {}): Promise<Manifest> {
    const { key = this.key, keys = [this.key.shown], content = entities } = publication
    const root = rootOf(hashBuckets(hashAll(entities)))
    const counts: Record<string, number> = {}
    for (const { kind } of entities) counts[kind] = (counts[kind] ?? 0) + 1
    const now = Date.now()
    const manifest: Manifest = {
      v: 1,
      organization: this.organization.id,
      group: this.group.id,
      version: this.version + 1,
      root,
      previous: this.#published?.root ?? null,
      issued_at: new Date(now).toISOString(),
      expires_at: new Date(now + 86_400_000).toISOString(),
      licence: { plan: 'free', expires_at: null },
      counts,
      keys,
      ...publication.manifest,
    }
    this.version = Math.max(this.version, manifest.version)
    this.#contents.set(root, content)
    this.#published = {
      version: manifest.version,
      root,
      manifest: await signManifest(manifest, key.secret),
      issued: manifest.issued_at,
    }
    for (const wake of this.#waiting) wake()
    return manifest
  }

  /** The manifest that is handed out now. */
  signedManifest(): string | undefined {
    return this.#published?.manifest
  }

  /** Forgets every runtime. */
  forget(): void {
    this.#tokens = new Set()
  }

  get pollsHeld(): number {
    return this.#waiting.size
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://control.test')
    this.requests.push(`${request.method} ${request.url}`)
    const body = await text(request)
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    if (this.failing) return send(response, this.failing, { message: 'failing' })
    if (url.pathname === '/runtime/v1/register') return this.#register(token, body, response)
    if (!this.#tokens.has(token)) return send(response, 401, { message: 'unauthorized' })
    if (url.pathname === '/runtime/v1/config') return this.#config(url, request, response)
    if (url.pathname.startsWith('/runtime/v1/snapshots/')) return this.#snapshot(url, response)
    if (url.pathname === '/runtime/v1/status') this.statuses.push(JSON.parse(body))
    if (url.pathname === '/runtime/v1/records') this.records.push(JSON.parse(body))
    send(response, 204, undefined)
  }

  #register(token: string, body: string, response: ServerResponse) {
    if (token !== REGISTRATION_TOKEN) return send(response, 401, { message: 'unauthorized' })
    const request = JSON.parse(body) as RegisterRequest
    this.registered.push(request)
    const issued = `tgn_${this.registered.length}`
    this.#tokens.add(issued)
    send(response, 201, {
      node_id: request.node_id ?? `node-${this.registered.length}`,
      token: issued,
      organization: this.organization,
      group: this.group,
      group_key: this.groupKey,
      keys: [this.key.shown],
    })
  }

  #config(url: URL, request: IncomingMessage, response: ServerResponse) {
    const have = Number(url.searchParams.get('version'))
    const wait = Number(url.searchParams.get('wait'))
    const issued = url.searchParams.get('issued')
    const later = () =>
      this.#published?.version === have && issued !== null && this.#published.issued > issued
    const fresh = () => this.#published && (this.pushy || this.#published.version > have || later())
    const done = () => {
      clearTimeout(timer)
      this.#waiting.delete(done)
      if (!fresh()) return send(response, 204, undefined)
      const { version, manifest } = this.#published ?? {}
      send(response, 200, { version, manifest })
    }
    const timer = setTimeout(done, wait * 1000)
    if (fresh()) return done()
    this.#waiting.add(done)
    request.socket.once('close', () => {
      clearTimeout(timer)
      this.#waiting.delete(done)
    })
  }

  #snapshot(url: URL, response: ServerResponse) {
    const entities = this.#contents.get(url.pathname.split('/').at(-1) ?? '')
    if (!entities) return send(response, 404, { message: 'not found' })
    const base = url.searchParams.get('base')
    const before = base === null ? undefined : this.#contents.get(base)
    const whole: SnapshotAnswer = { base: null, entities, removed: [] }
    if (!before) return send(response, 200, whole)
    const known = hashAll(before)
    const now = hashAll(entities)
    send(response, 200, {
      base,
      entities: entities.filter((item) => known.get(nameOf(item)) !== now.get(nameOf(item))),
      removed: [...known.keys()].filter((name) => !now.has(name)),
    } satisfies SnapshotAnswer)
  }
}

const text = async (request: IncomingMessage): Promise<string> => {
  let sent = ''
  for await (const chunk of request.setEncoding('utf8')) sent += chunk
  return sent
}

const send = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}
