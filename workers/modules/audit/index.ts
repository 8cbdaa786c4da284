import { module } from '#workers/api/module'
import { routes } from './routes.ts'

export default module({
  name: 'audit',
  summary: 'Who did what, and when.',
  permissions: { 'audit:read': 'See who did what' },
  routes,
})
