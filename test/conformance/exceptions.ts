/** Why a case does not apply to a host, and what shows that it does not. */
export interface Exception {
  reason: string
  /** `refused`: loading its configuration fails with this text. `differs`: its outcome differs, in all these points. */
  shows: { refused: string } | { differs: RegExp[] }
}

type Names = Record<string, Exception>

const noBasicAuth: Exception = {
  reason: 'needs the basic-auth plugin and its credentials, which come in a later issue',
  shows: { refused: "plugin 'basic-auth' not enabled" },
}

const noExpressions: Exception = {
  reason: 'needs the expressions flavour of the router, which comes in a later issue',
  shows: { refused: 'expression: unknown field' },
}

const noTraditional: Exception = {
  reason: 'holds only under the traditional flavour of the router, which comes in a later issue',
  shows: { refused: 'TIDEGATE_ROUTER_FLAVOR: takes one of: traditional_compatible' },
}

/** Cases that need more of the gateway than there is yet, by file and name. */
const everywhere: Record<string, Names> = {
  'plugins-key-auth.json': {
    'AND: only key': noBasicAuth,
    'AND: only basic': noBasicAuth,
    'OR: both credentials, the first plugin sets the consumer': noBasicAuth,
    'OR: only key': noBasicAuth,
    'OR: only basic': noBasicAuth,
    'OR: none': noBasicAuth,
  },
  'router.json': {
    'wildcard host with port 443 takes https requests with implicit port': noTraditional,
    'method-only loses to wildcard host': noTraditional,
    'tie: equal priority, earlier created_at first (traditional flavour only)': noTraditional,
    'tie: equal priority, earlier created_at first, other way (traditional flavour only)':
      noTraditional,
    ...Object.fromEntries(
      [
        'exact path',
        'postfix operator',
        'and, or, grouping',
        'not',
        'header: all values must match by default',
        'query field',
        'query field without value is the empty string',
        'lower() on query',
        'path segments',
        'path segment range',
        'path segments see the normalised path',
        'net.protocol: https',
        'tls.sni',
        'http.host excludes the port',
        'net.dst.port is taken from the Host header when present: equal',
        'protocols is part of the match: http-only route over http matches',
        'https-only route over http still matches to allow the redirect',
        'expression routes come before traditional-field routes',
      ].map((name) => [`expressions: ${name}`, noExpressions]),
    ),
  },
}

const joinedLines = (differs: RegExp[]): Exception => ({
  reason: 'Workers see several header lines of one name as one, joined by a comma',
  shows: { differs },
})

const noServerName = (differs: RegExp[]): Exception => ({
  reason: 'Cloudflare does not tell Workers the server name of the handshake',
  shows: { differs },
})

const noUpgrade = (differs: RegExp[]): Exception => ({
  reason: 'Connection and Upgrade of an answer are set by Cloudflare, not by Workers',
  shows: { differs },
})

/** What Workers cannot do, by file and name. */
const onWorkers: Record<string, Names> = {
  'plugins-http-log.json': {
    'one record per request: identity fields': {
      reason: 'Workers see header lines joined, and are not told the address that they called',
      shows: {
        differs: [
          /request\.headers\.x-multi: expected a list, got "1, 2"$/,
          /tries\[0\]\.ip: nothing fails \$type "string"$/,
        ],
      },
    },
  },
  'router.json': {
    'mix: repeated header line: any line may match': joinedLines([
      /^step 1\.route: hdr1 is not hdr2 /,
    ]),
    'headers: more header matchers first': joinedLines([/^step 1\.route: two is not three /]),
    'sni: right wildcard': noServerName([/^step [12]\.route: undefined is not s \(404/]),
    'sni: left wildcard': noServerName([/^step [12]\.route: undefined is not s \(404/]),
    'weight: snis count as an attribute over https': noServerName([/^step 1\.route: p is not ps /]),
    'protocols: a plain http request matches an https-only route and gets 426': noUpgrade([
      /^step 1\.headers\.connection: "close" fails /,
      /^step 1\.headers\.upgrade: nothing is not /,
    ]),
    'protocols: HTTP/1.1 gRPC content-type on a gRPC route is 426': noUpgrade([
      /^step 1\.headers\.upgrade: nothing is not "HTTP\/2"$/,
    ]),
  },
}

export const exceptionOf = (
  host: 'node' | 'worker',
  file: string,
  name: string,
): Exception | undefined =>
  everywhere[file]?.[name] ?? (host === 'worker' ? onWorkers[file]?.[name] : undefined)

/** Names of excepted cases that no file has: mistakes in the lists above. */
export const unknownExceptions = (files: { name: string; cases: { name: string }[] }[]): string[] =>
  [everywhere, onWorkers].flatMap((list) =>
    Object.entries(list).flatMap(([file, names]) => {
      const found = files.find(({ name }) => name === file)
      return Object.keys(names)
        .filter((name) => !found?.cases.some((item) => item.name === name))
        .map((name) => `${file}: ${name}`)
    }),
  )
