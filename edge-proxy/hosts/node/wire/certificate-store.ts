import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls'
import { selfSigned } from './self-signed.ts'

/** A certificate chain with its key, as PEM, and the server names it is shown for (`*.a.com`, `a.*` and `*` too). */
export interface ServedCertificate {
  names: readonly string[]
  cert: string
  key: string
}

/**
 * The certificates of a TLS listener, swappable while it runs. A name is looked up as Kong does it: exact, `*.parent`,
 * `first.*`, `*`, and at last the default.
 */
export class CertificateStore {
  private byName = new Map<string, SecureContext>()
  private fallback: SecureContext | undefined
  private readonly own: { cert: string; key: string }

  constructor(certificates: readonly ServedCertificate[] = []) {
    this.own = selfSigned('localhost')
    this.replace(certificates)
  }

  /** Options for a TLS listener on these certificates. */
  get options(): TlsOptions {
    return {
      ...this.own,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      SNICallback: (name, done) => done(null, this.find(name)),
    }
  }

  /** Puts other certificates in place of all. Throws, and changes nothing, when OpenSSL does not take one of them. */
  replace(certificates: readonly ServedCertificate[]): void {
    const byName = new Map<string, SecureContext>()
    for (const { names, cert, key } of certificates) {
      const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2' })
      for (const name of names) byName.set(name.toLowerCase(), context)
    }
    this.fallback = byName.get('*')
    this.byName = byName
  }

  /** The certificate for a server name; undefined for the one that the listener began with. */
  private find(serverName: string): SecureContext | undefined {
    const { byName } = this
    if (byName.size === 0) return undefined
    const name = serverName.toLowerCase()
    const exact = byName.get(name)
    if (exact) return exact
    const first = name.indexOf('.')
    const last = name.lastIndexOf('.')
    return (
      (first > 0 ? byName.get(`*${name.slice(first)}`) : undefined) ??
      (last > 0 ? byName.get(`${name.slice(0, last)}.*`) : undefined) ??
      this.fallback
    )
  }
}
