import { entityTables } from './table.ts'

/*
 * Every table there is. drizzle-kit writes migrations/ from these exports: a table that is missing here is missing there,
 * and a test says so for the gateway's kinds.
 */
export * from '../modules/identity/model.ts'
export * from '../modules/licences/model.ts'
export * from '../modules/runtime-groups/model.ts'
export { auditEntries } from './audit.ts'
export { configChanges } from './changes.ts'

export const {
  certificates,
  ca_certificates,
  snis,
  services,
  routes,
  upstreams,
  targets,
  consumers,
  keyauth_credentials,
  acls,
  plugins,
} = entityTables
