import type { Route } from '#workers/api/module'
import { groupRoutes } from './group-routes.ts'
import { hostRoutes } from './host-routes.ts'
import { nodeRoutes } from './node-routes.ts'
import { runtimeRoutes } from './runtime-routes.ts'
import { signingRoutes } from './signing-routes.ts'

export const routes = [
  ...groupRoutes('/v2/runtime-groups'),
  ...nodeRoutes('/v2/runtime-groups'),
  ...[...groupRoutes('/v2/control-planes'), ...nodeRoutes('/v2/control-planes')].map(
    (route): Route => ({ ...route, alias: true }),
  ),
  ...hostRoutes,
  ...signingRoutes,
  ...runtimeRoutes,
]
