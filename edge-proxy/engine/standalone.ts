import { kindByPlural } from '#model/index'
import { metaOf } from '#model/kit'
import { digest, type SnapshotEntity } from './snapshot.ts'

/**
 * Declared rows as a runtime without a control plane takes them: null fields left out, secrets that are only compared as
 * their digests. Secrets that must be used stay as they are: they never leave the process.
 */
export const snapshotEntities = (
  entities: ReadonlyMap<string, Record<string, unknown>[]>,
): SnapshotEntity[] => {
  const result: SnapshotEntity[] = []
  for (const [plural, rows] of entities) {
    const compared = new Set(
      Object.entries(kindByPlural.get(plural)?.fields ?? {}).flatMap(([field, schema]) =>
        metaOf(schema).secret === 'compared' ? [field] : [],
      ),
    )
    for (const row of rows) {
      const entity: Record<string, unknown> = {}
      for (const [field, value] of Object.entries(row)) {
        if (value === null || value === undefined) continue
        entity[field] = compared.has(field) ? digest(String(value)) : value
      }
      result.push({ kind: plural, entity: entity as SnapshotEntity['entity'] })
    }
  }
  return result
}
