import { createContext, useContext } from 'solid-js'
import type { GroupDetail } from '../../data/groups.ts'
import type { Query } from '../../data/query.ts'

export interface GroupContext {
  /** As it stands in the address: name or id. */
  name(): string
  group: Query<GroupDetail>
  /** The address of a page of this group. */
  href(path?: string): string
}

const Current = createContext<GroupContext>()

export const GroupProvider = Current.Provider

export const useGroup = (): GroupContext => {
  const group = useContext(Current)
  if (!group) throw new Error('useGroup needs a runtime group around it')
  return group
}
