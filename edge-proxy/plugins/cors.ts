import { RE2JS } from 're2js'
import * as z from 'zod'
import type { HeaderList } from '#engine/headers'
import { exit, plugin } from '#engine/plugin'
import { regexProblem } from '#model/route-checks'
import { nullable, optional, text } from '#model/types'

const METHODS = [
  'GET',
  'HEAD',
  'PUT',
  'PATCH',
  'POST',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
] as const

/** What is no regular expression. */
const PLAIN = /^[A-Za-z0-9.:/-]+$/

/** What to allow an origin: everybody, one value, or nobody. `vary`: whether the answer depends on who asks. */
type Verdict = { allow: '*' | string | undefined; vary: boolean }

export default plugin({
  name: 'cors',
  priority: 2000,
  summary: 'Tells browsers which other sites may call, and answers their preflight requests.',
  never: ['consumer'],

  config: {
    origins: optional(z.array(text)).meta({
      description: 'Origins that may call: values, or regular expressions. None means all.',
    }),
    headers: optional(z.array(text)).meta({
      description: 'Headers that may be sent. None means those that the browser asks for.',
    }),
    exposed_headers: optional(z.array(text)).meta({
      description: 'Headers of answers that scripts may read.',
    }),
    methods: nullable(z.array(z.enum(METHODS)), [...METHODS]).meta({
      description: 'Methods that may be used.',
    }),
    max_age: optional(z.number()).meta({
      description: 'Seconds that browsers may remember a preflight answer.',
    }),
    credentials: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether cookies and credentials may be sent.' }),
    private_network: z.boolean().default(false).meta({
      description: 'Whether public sites may call although this is a private network.',
    }),
    preflight_continue: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether the upstream answers preflight requests itself.' }),
  },

  checks: [
    ({ origins }) => {
      const problems = (origins ?? []).map((origin) =>
        origin !== '*' && !PLAIN.test(origin) && regexProblem(anchored(origin)) !== undefined
          ? `'${origin}' is not a valid regex`
          : null,
      )
      return problems.some((problem) => problem !== null) ? { origins: problems } : undefined
    },
  ],

  examples: [
    { summary: 'Any site', config: {} },
    {
      summary: 'Two sites, with cookies',
      config: { origins: ['https://app.example.com', 'https://example.org'], credentials: true },
    },
    {
      summary: 'All subdomains, remembered for an hour',
      config: { origins: ['https://(.+\\.)?example\\.com'], max_age: 3600 },
    },
  ],

  create(config) {
    const judge = judgeOf(config.origins ?? [])
    const allowedHeaders = config.headers?.length ? config.headers.join(',') : undefined
    const allowedMethods = (config.methods ?? METHODS).join(',')
    const exposed = config.exposed_headers?.length ? config.exposed_headers.join(',') : undefined

    const verdictFor = (origin: string | undefined): Verdict => {
      const verdict = judge(origin)
      // Browsers take no `*` together with credentials: the asking origin is named instead.
      return config.credentials && verdict.allow === '*' && origin
        ? { allow: origin, vary: true }
        : verdict
    }
    const allowsCredentials = ({ allow }: Verdict): boolean => config.credentials && allow !== '*'

    return {
      request({ request: { method, headers }, notes }) {
        if (method !== 'OPTIONS') return undefined
        const origin = headers.get('origin')
        if (!origin || !headers.get('access-control-request-method')) return undefined
        notes.cors = 'preflight'
        if (config.preflight_continue) return undefined

        const verdict = verdictFor(origin)
        const answer: Record<string, string> = {}
        if (verdict.allow !== undefined) answer['Access-Control-Allow-Origin'] = verdict.allow
        if (verdict.vary) answer.Vary = 'Origin'
        if (allowsCredentials(verdict)) answer['Access-Control-Allow-Credentials'] = 'true'
        const asked = allowedHeaders ?? headers.get('access-control-request-headers')
        if (asked) answer['Access-Control-Allow-Headers'] = asked
        answer['Access-Control-Allow-Methods'] = allowedMethods
        if (typeof config.max_age === 'number')
          answer['Access-Control-Max-Age'] = String(config.max_age)
        if (
          config.private_network &&
          headers.get('access-control-request-private-network') === 'true'
        )
          answer['Access-Control-Allow-Private-Network'] = 'true'
        return exit(200, undefined, answer)
      },

      response({ request, notes }, headers: HeaderList) {
        if (notes.cors === 'preflight') return
        const verdict = verdictFor(request.headers.get('origin'))
        if (verdict.allow === undefined) headers.delete('access-control-allow-origin')
        else
          headers.set('Access-Control-Allow-Origin', verdict.allow, 'access-control-allow-origin')
        if (verdict.vary) headers.append('Vary', 'Origin', 'vary')
        if (allowsCredentials(verdict))
          headers.set(
            'Access-Control-Allow-Credentials',
            'true',
            'access-control-allow-credentials',
          )
        if (exposed)
          headers.set('Access-Control-Expose-Headers', exposed, 'access-control-expose-headers')
      },
    }
  },
})

const anyone: Verdict = { allow: '*', vary: false }
const nobody: Verdict = { allow: undefined, vary: true }

/** How the Origin of a request is judged under a list of origins. */
const judgeOf = (origins: string[]): ((origin: string | undefined) => Verdict) => {
  const [first] = origins
  if (first === undefined) return () => anyone
  if (origins.length === 1 && first === '*') return () => anyone
  if (origins.length === 1 && PLAIN.test(first)) {
    const only = { allow: first, vary: true }
    return () => only
  }
  const entries = origins.map((entry) => {
    if (entry === '*') return '*' as const
    const plain = PLAIN.test(entry)
    return {
      // An entry without a colon can only be a host.
      byHost: !entry.includes(':'),
      regex: plain ? undefined : RE2JS.compile(RE2JS.translateRegExp(anchored(entry))),
      normal: normal(entry).origin,
    }
  })
  return (origin) => {
    if (origin === undefined) return nobody
    const asking = normal(origin)
    for (const entry of entries) {
      if (entry === '*') return anyone
      const fits = entry.regex
        ? entry.regex.matcher(entry.byHost ? asking.host : asking.origin).matches()
        : entry.normal === asking.origin
      if (fits) return { allow: asking.origin, vary: true }
    }
    return nobody
  }
}

/** Regular expressions cover the whole origin, anchors or not. */
const anchored = (entry: string): string => {
  const open = entry.startsWith('^') ? entry.slice(1) : entry
  return open.endsWith('$') ? open : `${open}$`
}

/** Scheme, host and port without a default port; text that is no URL stands for itself. */
const normal = (origin: string): { origin: string; host: string } => {
  const parts =
    /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?/.exec(origin)
  const [, scheme, host, port] = parts ?? []
  if (!scheme || !host) return { origin, host: origin }
  const usual =
    !port || (scheme === 'http' && port === '80') || (scheme === 'https' && port === '443')
  return { origin: `${scheme}://${host}${usual ? '' : `:${port}`}`, host }
}
