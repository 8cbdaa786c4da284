import { module } from '#workers/api/module'
import { routes } from './routes.ts'

export { type PublishOutcome, RuntimeGroup } from './group.ts'
export { createGroup, findGroup, type GroupInput } from './groups.ts'
export type { RuntimeGroupRow } from './model.ts'
export { type Runtime, runtimeOf } from './registration.ts'
export { createRegistrationToken } from './registration-tokens.ts'
export { sealingKeyOf } from './sealing.ts'
export { groupObject } from './stub.ts'

export default module({
  name: 'runtime-groups',
  summary: 'Isolated configurations, their versions, and the runtimes that serve them.',
  permissions: {
    'groups:read': 'See runtime groups and their versions',
    'groups:write': 'Make, change and delete runtime groups',
    'nodes:read': 'See runtimes and registration tokens',
    'nodes:write': 'Remove runtimes, make and revoke registration tokens',
  },
  routes,
})
