import type { Context } from './context.ts'

/** Finds the group that a URL names by id or name, or throws Problem `not_found`. */
export type FindGroup = (
  context: Context,
  idOrName: string,
) => Promise<{ id: string; name: string }>

/** One of the shapes that gateway entities are served in. The same routes hang under each. */
export interface Surface {
  base: string
  form: 'admin' | 'konnect'
  /** The same under another name: left out of the documentation. */
  alias?: true
}

export const surfaces: Surface[] = [
  { base: '/admin/:group', form: 'admin' },
  { base: '/v2/runtime-groups/:group/core-entities', form: 'konnect' },
  { base: '/v2/control-planes/:group/core-entities', form: 'konnect', alias: true },
]

/** Whether failures at this path are told in Kong's form. */
export const speaksKong = (path: string): boolean =>
  path.startsWith('/admin/') ||
  /^\/v2\/(runtime-groups|control-planes)\/[^/]+\/core-entities(\/|$)/.test(path)

/** A path as `next` links name it: from the root of the Admin API, or whole. */
export const linkPathOf = (surface: Surface, request: Request): string => {
  const { pathname } = new URL(request.url)
  return surface.form === 'admin' ? pathname.replace(/^\/admin\/[^/]+/, '') : pathname
}
