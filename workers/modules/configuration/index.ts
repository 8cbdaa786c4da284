import { module } from '#workers/api/module'
import { routes } from './routes.ts'

export { importConfiguration } from './service.ts'

export default module({
  name: 'configuration',
  summary: 'What the gateways of a runtime group do: services, routes, consumers, plugins.',
  permissions: {
    'configuration:read': 'See the configuration of runtime groups',
    'configuration:write': 'Change the configuration of runtime groups',
  },
  routes,
})
