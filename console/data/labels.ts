import { createMemo, createSignal } from 'solid-js'
import { labelOf, readEntity } from './entities.ts'
import { kindNamed } from './schemas.ts'

const KEPT_MS = 30_000
const known = new Map<string, { at: number; label: Promise<string> }>()

/** The name of the entity that a reference points at: its id until the API has answered. */
export const createLabel = (
  group: () => string,
  kind: () => string,
  id: () => string | undefined,
): (() => string) => {
  const [label, setLabel] = createSignal<string>()
  createMemo(() => {
    const target = kindNamed(kind())
    const now = id()
    if (now === undefined || !target) return
    const place = `${group()}/${kind()}/${now}`
    let entry = known.get(place)
    if (!entry || Date.now() - entry.at > KEPT_MS) {
      entry = {
        at: Date.now(),
        label: readEntity(group(), target, now).then(
          (entity) => labelOf(target, entity),
          () => now.slice(0, 8),
        ),
      }
      known.set(place, entry)
    }
    void entry.label.then(setLabel)
  })
  return () => label() ?? id()?.slice(0, 8) ?? ''
}

/** Something was renamed or deleted: ask again. */
export const forgetLabels = (): void => known.clear()
