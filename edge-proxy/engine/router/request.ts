import type { HeaderList } from '../headers.ts'

/** What routes are chosen by. Texts are byte strings, as received. */
export interface RouterRequest {
  method: string
  scheme: 'http' | 'https'
  /** Host header without port. */
  host: string
  /** Port of the Host header, else the port that the request came to. */
  host_port: number
  /** Path in normal form: `normalizePath`. */
  normal_path: string
  headers: HeaderList
  /** Server name of the TLS handshake. */
  sni: string | undefined
}
