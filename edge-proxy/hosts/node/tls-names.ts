import { createSecureContext } from 'node:tls'
import type { ConfiguredCertificate } from '#engine/configuration'
import type { EntityProblem } from '#engine/protocol'
import { CertificateStore } from './wire/certificate-store.ts'

/** The certificates of the TLS listener, kept in step with the configuration. */
export interface TlsNames {
  readonly store: CertificateStore
  /** Answers by these from now on. Tells which of them cannot be used: those are left out, the others answer. */
  use(certificates: readonly ConfiguredCertificate[]): EntityProblem[]
}

export const tlsNames = (): TlsNames => {
  const store = new CertificateStore()
  let before = ''
  let problems: EntityProblem[] = []

  return {
    store,
    use(certificates) {
      // Loading a key costs a thousand times more than comparing it, and most versions change no certificate.
      const now = JSON.stringify(certificates)
      if (now === before) return problems
      before = now
      problems = []
      const sound = certificates.filter(({ id, cert, key }) => {
        try {
          createSecureContext({ cert, key })
          return true
        } catch (error) {
          const message = `cannot be used for TLS: ${(error as Error).message}`
          problems.push({ kind: 'certificates', id, message })
          return false
        }
      })
      store.replace(sound.map(({ cert, key, snis }) => ({ names: snis, cert, key })))
      return problems
    },
  }
}
