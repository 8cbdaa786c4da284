import { module } from '#workers/api/module'
import { routes } from './routes.ts'

export type { Entitlements, LicenceRow } from './model.ts'
export {
  issueLicence,
  type LicenceTerms,
  licenceOf,
  licenceStatements,
  mustHaveRoom,
} from './service.ts'

export default module({
  name: 'licences',
  summary: 'What an organization may use.',
  permissions: { 'licence:read': 'See the licence' },
  routes,
})
