import { join } from 'node:path'
import { type Environment, InvalidOption } from '../shared/settings.ts'
import { readDays } from '../shared/trust.ts'

/** Where a listener listens. */
export interface Address {
  host: string
  port: number
}

interface Option {
  flag: string
  /** Variables that set it when the flag does not, first one first. */
  variables: string[]
  takes: string
  about: string
}

const declared = {
  proxy: {
    flag: '--proxy',
    variables: ['TIDEGATE_PROXY_LISTEN', 'TIDEGATE_PROXY_PORT'],
    takes: 'ADDRESS:PORT',
    about: 'where clients come in over HTTP, or off (127.0.0.1:8000)',
  },
  proxy_tls: {
    flag: '--proxy-tls',
    variables: ['TIDEGATE_PROXY_TLS_LISTEN', 'TIDEGATE_PROXY_TLS_PORT'],
    takes: 'ADDRESS:PORT',
    about: 'where clients come in over TLS, or off (127.0.0.1:8443)',
  },
  status: {
    flag: '--status',
    variables: ['TIDEGATE_STATUS_LISTEN', 'TIDEGATE_STATUS_PORT'],
    takes: 'ADDRESS:PORT',
    about: 'where GET /status is answered, or off (127.0.0.1:8100)',
  },
  workers: {
    flag: '--workers',
    variables: ['TIDEGATE_WORKERS'],
    takes: 'N',
    about: 'processes that serve traffic (1)',
  },
  home: {
    flag: '--home',
    variables: ['TIDEGATE_RUNTIME_HOME'],
    takes: 'DIR',
    about: 'folder of the state: registration, last good snapshots (.tidegate/runtime)',
  },
  control_plane: {
    flag: '--control-plane',
    variables: ['TIDEGATE_CONTROL_PLANE'],
    takes: 'URL',
    about: 'the control plane that this runtime belongs to',
  },
} satisfies Record<string, Option>

type Name = keyof typeof declared
const names = Object.keys(declared) as Name[]

/** The variables that only the environment can set. */
const onlyVariables: [name: string, about: string][] = [
  ['TIDEGATE_REGISTRATION_TOKEN', 'registers this runtime with a group, once'],
  ['TIDEGATE_TRUSTED_KEYS', 'JWK set that must sign the first manifest'],
  ['TIDEGATE_GRACE_DAYS', 'how long a snapshot is used after its manifest expired (30)'],
  ['TIDEGATE_LOG_LEVEL', 'debug, info, warn, error or off (info)'],
  ['TIDEGATE_LOG_FORMAT', 'text or json (text)'],
  ['TIDEGATE_<SETTING>', 'a gateway setting by its name in kong.conf: TIDEGATE_TRUSTED_IPS'],
]

/** What the command line and the environment ask for. */
export interface CommandLine {
  proxy: Address | undefined
  proxyTls: Address | undefined
  status: Address | undefined
  workers: number
  home: string
  controlPlane: string
  registrationToken: string | undefined
  /** Milliseconds. */
  grace: number
}

/** Which flag and variables set an option: for messages. */
export const settersOf = (name: Name): string => {
  const { flag, variables } = declared[name]
  return [flag, ...variables.slice(-1)].join(' or ')
}

/**
 * Reads flags (`--flag value`, `--flag=value`), then variables, then defaults; `help` when that is asked for. Throws
 * InvalidOption with what to do.
 */
export const readCommandLine = (
  words: readonly string[],
  environment: Environment,
): CommandLine | 'help' => {
  const flags = readFlags(words)
  if (flags === 'help') return 'help'
  const text = (name: Name): [value: string | undefined, from: string] => {
    const { flag, variables } = declared[name]
    const given = flags.get(name)
    if (given !== undefined) return [given, flag]
    const variable = variables.find((candidate) => environment[candidate])
    return variable ? [environment[variable], variable] : [undefined, flag]
  }
  const address = (name: Name, port: number): Address | undefined => {
    const [value, from] = text(name)
    return value === undefined ? { host: '127.0.0.1', port } : readAddress(value, from)
  }
  const state = environment.TIDEGATE_HOME || '.tidegate'
  return {
    proxy: address('proxy', 8000),
    proxyTls: address('proxy_tls', 8443),
    status: address('status', 8100),
    workers: readCount(text('workers')),
    home: text('home')[0] ?? join(state, 'runtime'),
    controlPlane: readUrl(text('control_plane')),
    registrationToken: environment.TIDEGATE_REGISTRATION_TOKEN || undefined,
    grace: readDays(environment),
  }
}

const readFlags = (words: readonly string[]): Map<Name, string> | 'help' => {
  const found = new Map<Name, string>()
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--help' || word === '-h') return 'help'
    const [flag = '', ...rest] = word.split('=')
    const name = names.find((candidate) => declared[candidate].flag === flag)
    if (name === undefined)
      throw new InvalidOption(`unknown option ${flag}: --help lists what there is`)
    const value = rest.length > 0 ? rest.join('=') : words[++at]
    if (value === undefined || value === '')
      throw new InvalidOption(`${flag} takes ${declared[name].takes}: --help says more`)
    found.set(name, value)
  }
  return found
}

const readAddress = (text: string, from: string): Address | undefined => {
  if (text === 'off') return undefined
  const [, host = '127.0.0.1', digits = ''] = /^(?:(.*):)?(\d+)$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === '' || host === '' || port > 65535)
    throw new InvalidOption(
      `${from} takes ADDRESS:PORT, a port alone or off, as 127.0.0.1:8000; not '${text}'`,
    )
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port }
}

const readCount = ([text = '1', from]: [string | undefined, string]): number => {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 256)
    throw new InvalidOption(`${from} takes a number of processes from 1 to 256, not '${text}'`)
  return count
}

const readUrl = ([text, from]: [string | undefined, string]): string => {
  if (text === undefined)
    throw new InvalidOption(
      'no control plane: say which with --control-plane URL or TIDEGATE_CONTROL_PLANE',
    )
  if (!URL.canParse(text) || !/^https?:\/\//.test(text))
    throw new InvalidOption(`${from} takes a URL, as https://gateway.example; not '${text}'`)
  return text
}

/** What `--help` prints. */
export const help = (): string => {
  const options = names.map((name) => {
    const { flag, takes, about, variables } = declared[name]
    return `  ${`${flag} ${takes}`.padEnd(26)}${about}\n${' '.repeat(28)}${variables.join(', ')}`
  })
  const variables = onlyVariables.map(([name, about]) => `  ${name.padEnd(30)}${about}`)
  return [
    'Serves the traffic of a runtime group by the signed configuration of its control plane.',
    '',
    'Options, and the variables that set them:',
    ...options,
    `  ${'--help'.padEnd(26)}this page`,
    '',
    'Variables:',
    ...variables,
    '',
  ].join('\n')
}
