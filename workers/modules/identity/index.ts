import { module } from '#workers/api/module'
import { routes } from './routes.ts'

export { authenticate } from './authenticate.ts'
export type { OrganizationRow, TokenRow, UserRow } from './model.ts'
export { type Who, whoIs } from './sessions.ts'

export default module({
  name: 'identity',
  summary: 'The organization, its people, how they sign in, and their tokens.',
  permissions: { 'organization:write': 'Change the organization and its people' },
  routes,
})
