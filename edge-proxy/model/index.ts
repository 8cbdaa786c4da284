import { Acl } from './acl.ts'
import { CaCertificate } from './ca-certificate.ts'
import { Certificate } from './certificate.ts'
import { Consumer } from './consumer.ts'
import { KeyauthCredential } from './keyauth-credential.ts'
import type { EntityKind } from './kit.ts'
import { Plugin } from './plugin.ts'
import { Route } from './route.ts'
import { Service } from './service.ts'
import { Sni } from './sni.ts'
import { Target } from './target.ts'
import { Upstream } from './upstream.ts'

/** Every entity kind of a runtime group, each after the kinds that it points at. */
export const kinds = [
  Certificate,
  CaCertificate,
  Sni,
  Service,
  Route,
  Upstream,
  Target,
  Consumer,
  KeyauthCredential,
  Acl,
  Plugin,
] as unknown as EntityKind[]

export const kindByName = new Map(kinds.map((kind) => [kind.name, kind]))
export const kindByPlural = new Map(kinds.map((kind) => [kind.plural, kind]))
