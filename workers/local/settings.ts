import { resolve } from 'node:path'

/** Each port of the platform, the variable that moves it, and what it is for. */
export const PORTS = {
  control: { variable: 'TIDEGATE_PORT', standard: 8787, what: 'control plane API and console' },
  edge: { variable: 'TIDEGATE_EDGE_PORT', standard: 8788, what: 'edge data plane' },
  proxy: { variable: 'TIDEGATE_PROXY_PORT', standard: 8000, what: 'Node data plane' },
  proxyTls: {
    variable: 'TIDEGATE_PROXY_TLS_PORT',
    standard: 8443,
    what: 'Node data plane over TLS',
  },
  status: {
    variable: 'TIDEGATE_STATUS_PORT',
    standard: 8100,
    what: 'status of the Node data plane',
  },
  upstream: { variable: 'TIDEGATE_UPSTREAM_PORT', standard: 8090, what: 'demo upstream' },
} as const

export type PortName = keyof typeof PORTS

export interface LocalSettings {
  /** State folder. */
  home: string
  ports: Record<PortName, number>
  /** Whether the first start imports the demo configuration. */
  demo: boolean
}

/** Something the person at the terminal can put right. Shown without a stack. */
export class StartRefused extends Error {
  override name = 'StartRefused'
}

/** Reads arguments and variables; throws StartRefused naming what is wrong. */
export const readSettings = (
  args: readonly string[],
  env: Record<string, string | undefined>,
): LocalSettings => {
  const unknown = args.find((arg) => arg !== '--no-demo')
  if (unknown !== undefined) {
    throw new StartRefused(`unknown argument ${unknown}; the only one is --no-demo`)
  }
  const ports = Object.fromEntries(
    Object.entries(PORTS).map(([name, { variable, standard }]) => [
      name,
      portOf(variable, env[variable], standard),
    ]),
  ) as Record<PortName, number>
  const taken = new Map<number, string>()
  for (const [name, port] of Object.entries(ports)) {
    const { variable } = PORTS[name as PortName]
    const other = taken.get(port)
    if (other) throw new StartRefused(`${variable} and ${other} are both ${port}`)
    taken.set(port, variable)
  }
  return {
    home: resolve(env.TIDEGATE_HOME ?? '.tidegate'),
    ports,
    demo: !args.includes('--no-demo'),
  }
}

/** The same settings as variables, for parts that run as processes of their own. */
export const environmentOf = ({ home, ports }: LocalSettings): Record<string, string> => ({
  TIDEGATE_HOME: home,
  ...Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [PORTS[name as PortName].variable, String(port)]),
  ),
})

const portOf = (variable: string, given: string | undefined, standard: number): number => {
  if (given === undefined || given === '') return standard
  const port = Number(given)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartRefused(`${variable} is ${given}: expected a port between 1 and 65535`)
  }
  return port
}
