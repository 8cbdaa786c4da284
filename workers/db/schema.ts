import { kinds } from '#model/index'
import { tableOf } from './table.ts'

/*
 * Every table there is. drizzle-kit writes migrations/ from this list: a table that is missing here is missing there.
 */
export * from '../modules/identity/model.ts'
export * from '../modules/licences/model.ts'
export * from '../modules/runtime-groups/model.ts'
export { auditEntries } from './audit.ts'
export { configChanges } from './changes.ts'

/** Tables of the gateway's kinds, each after those that it points at. */
export const entityTables = kinds.map(tableOf)
