/**
 * What a runtime keeps between lives: who it is, and the last good snapshots. Texts, because what comes back from a disk
 * or a cache proves itself (shape, signature, root) before it is believed. A host without storage passes `nowhere`.
 */
export interface Store {
  loadRegistration(): Promise<string | undefined>
  saveRegistration(text: string): Promise<void>
  loadSnapshot(slot: 'current' | 'previous'): Promise<string | undefined>
  /**
   * Makes this snapshot the current one, all of it or nothing. The one that was current becomes the previous one when
   * `keepCurrent` says that it is good; else the previous one stays.
   */
  saveSnapshot(text: string, keepCurrent: boolean): Promise<void>
}

/** Keeps nothing. */
export const nowhere: Store = {
  loadRegistration: async () => undefined,
  saveRegistration: async () => undefined,
  loadSnapshot: async () => undefined,
  saveSnapshot: async () => undefined,
}
