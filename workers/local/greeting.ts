import type { Platform } from './platform.ts'
import type { LocalSettings } from './settings.ts'

/** What is shown when all of it runs: where everything is, how to sign in, what to try. */
export const greeting = ({ home, first, parts }: Platform, { ports }: LocalSettings): string => {
  const local = (port: number) => `http://127.0.0.1:${port}`
  const [email, password] = (home.read('owner') ?? '').split('\n')
  const demo = home.read('demo') === 'yes'
  const signIn = first
    ? `  sign in             ${email}  ${password}`
    : `  sign in             as in ${home.path('owner')}`
  const tryIt = demo
    ? [
        '',
        '  through the Node data plane, then through the edge:',
        `    curl -H 'apikey: demo-key' ${local(ports.proxy)}/quotes`,
        `    curl -H 'apikey: demo-key' ${local(ports.edge)}/quotes`,
        '  /quotes takes five requests a minute and wants the key; /catalogue takes all.',
      ]
    : []
  return [
    '',
    `  console             ${local(ports.control)}`,
    signIn,
    `  API reference       ${local(ports.control)}/reference`,
    `  Admin API           ${local(ports.control)}/admin/default   (token in ${home.path('admin-token')})`,
    `  edge data plane     ${local(ports.edge)}`,
    `  Node data plane     ${local(ports.proxy)}   TLS :${ports.proxyTls}   status :${ports.status}`,
    `  demo upstream       ${local(ports.upstream)}`,
    `  state and logs      ${home.folder}`,
    `  processes           ${parts.map(({ name, pid }) => `${name} ${pid}`).join(', ')}`,
    ...tryIt,
    '',
    'ready',
  ].join('\n')
}
