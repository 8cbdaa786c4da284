import { createServer } from 'node:net'
import { type LocalSettings, PORTS, type PortName, StartRefused } from './settings.ts'

/** Refuses to start when a port is in use, before anything else is started. */
export const checkPorts = async ({ ports }: LocalSettings): Promise<void> => {
  const names = Object.keys(PORTS) as PortName[]
  const free = await Promise.all(names.map((name) => isFree(ports[name])))
  const lines = names
    .filter((_, at) => !free[at])
    .map((name) => {
      const { what, variable } = PORTS[name]
      return `port ${ports[name]} (${what}) is in use: stop what uses it, or set ${variable} to another port`
    })
  if (lines.length > 0) throw new StartRefused(lines.join('\n'))
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
