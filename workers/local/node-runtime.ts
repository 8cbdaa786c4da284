import { type Part, startPart } from './child.ts'
import type { Home } from './home.ts'
import { inProject } from './paths.ts'
import { environmentOf, type LocalSettings } from './settings.ts'

/**
 * Starts the Node data plane, told no more than any other would be. Its state is where `npm run runtime` looks for it, which
 * starts it again alone.
 */
export const startNodeRuntime = (
  home: Home,
  settings: LocalSettings,
  controlPlane: string,
  registrationToken: string,
): Part =>
  startPart({
    name: 'Node data plane',
    script: inProject('edge-proxy/hosts/node/main.ts'),
    env: {
      ...environmentOf(settings),
      TIDEGATE_CONTROL_PLANE: controlPlane,
      TIDEGATE_REGISTRATION_TOKEN: registrationToken,
      TIDEGATE_RUNTIME_HOME: home.path('runtime'),
    },
    log: home.path('logs', 'node-data-plane.log'),
    channel: true,
  })
