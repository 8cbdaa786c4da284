import { authenticate } from '#modules/identity'
import { createApp } from './api/app.ts'
import { documentation } from './api/documentation.ts'
import { modules } from './modules/index.ts'

export { RuntimeGroup } from '#modules/runtime-groups'

/** The control plane: API, console, runtime endpoints. */
const app = createApp({ modules: [...modules, documentation(modules)], authenticate })

export default { fetch: app.fetch }
