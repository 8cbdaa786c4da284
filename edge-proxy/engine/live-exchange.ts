import type { Chain } from './chain.ts'
import type { CompiledConfiguration } from './compile.ts'
import type { ConfiguredConsumer, ConfiguredRoute, ConfiguredService } from './configuration.ts'
import type {
  Credential,
  Exchange,
  ExchangeRequest,
  ExchangeResponse,
  Timing,
  Try,
  UpstreamTarget,
} from './exchange.ts'

/** An exchange, with what only the gateway looks at. All fields are there from the start: one shape for all. */
export class LiveExchange implements Exchange {
  readonly id: string
  readonly configuration: CompiledConfiguration
  readonly request: ExchangeRequest
  readonly timing: Timing
  readonly tries: Try[] = []
  readonly notes: Record<string, unknown> = {}
  chain: Chain
  route: ConfiguredRoute | undefined = undefined
  service: ConfiguredService | undefined = undefined
  upstream: UpstreamTarget | undefined = undefined
  response: ExchangeResponse | undefined = undefined
  source: 'upstream' | 'exit' | 'error' = 'exit'
  upstream_status: number | undefined = undefined
  consumer: ConfiguredConsumer | undefined = undefined
  credential: Credential | undefined = undefined
  anonymous = false
  fault: { plugin: string; message: string } | undefined = undefined
  sent_bytes = 0
  /** Whether an upstream was called, whatever came of it. */
  proxied = false

  constructor(
    id: string,
    configuration: CompiledConfiguration,
    request: ExchangeRequest,
    started: number,
  ) {
    this.id = id
    this.configuration = configuration
    this.request = request
    this.chain = configuration.chains.forRoute(undefined)
    this.timing = {
      started,
      upstream_started: undefined,
      upstream_answered: undefined,
      answered: undefined,
      ended: undefined,
    }
  }
}
