import { module } from '#workers/api/module'
import { routes } from './routes.ts'

export default module({
  name: 'analytics',
  summary: 'What traffic runtimes had.',
  permissions: { 'analytics:read': 'See traffic' },
  routes,
})
