import { type Part, startPart } from './child.ts'
import type { Home } from './home.ts'
import { inProject } from './paths.ts'
import type { LocalSettings } from './settings.ts'

/** Starts the Node data plane, told no more than any other would be. */
export const startNodeRuntime = (
  home: Home,
  { ports }: LocalSettings,
  controlPlane: string,
  registrationToken: string,
): Part =>
  startPart({
    name: 'Node data plane',
    script: inProject('edge-proxy/hosts/node/main.ts'),
    env: {
      TIDEGATE_CONTROL_PLANE: controlPlane,
      TIDEGATE_REGISTRATION_TOKEN: registrationToken,
      TIDEGATE_RUNTIME_HOME: home.path('node'),
      TIDEGATE_PROXY_PORT: String(ports.proxy),
      TIDEGATE_PROXY_TLS_PORT: String(ports.proxyTls),
      TIDEGATE_STATUS_PORT: String(ports.status),
    },
    log: home.path('logs', 'node-data-plane.log'),
  })
