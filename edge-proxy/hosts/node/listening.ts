import { type Address, settersOf } from './options.ts'

export type Listener = 'proxy' | 'proxy_tls' | 'status'

/** A listener that cannot listen. The message says which port, why, and what moves it. */
export class CannotListen extends Error {
  override name = 'CannotListen'
}

/** Words the failure of a listener for the person who started it. */
export const cannotListen = (
  error: unknown,
  listener: Listener,
  { host, port }: Address,
): CannotListen => {
  const move = `choose another with ${settersOf(listener)}`
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return new CannotListen(`port ${port} on ${host} is in use: ${move}`)
  if (code === 'EACCES')
    return new CannotListen(`port ${port} on ${host} needs more rights than this user has: ${move}`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new CannotListen(`${host} is no address of this machine: ${move}`)
  return new CannotListen(`cannot listen on ${host}:${port} (${code ?? message}): ${move}`)
}

/** Where people and programs reach a listener. */
export const urlOf = (scheme: 'http' | 'https', { host, port }: Address): string =>
  `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
