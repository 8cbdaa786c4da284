import type { RuntimeNode } from '../../data/groups.ts'
import { Badge } from '../../ui/badge.tsx'

/** Whether a runtime is heard of. */
export const Connection = (props: { node: RuntimeNode }) => (
  <Badge tone={props.node.state === 'connected' ? 'ok' : 'plain'} dot>
    {props.node.state === 'connected' ? 'Connected' : 'Disconnected'}
  </Badge>
)

/** Whether it runs what was published last, and if not why. */
export const Sync = (props: { node: RuntimeNode }) => {
  const { node } = props
  if (node.refused && !node.in_sync) {
    return (
      <Badge tone="danger" title={node.refused.reason}>
        Refused {node.refused.version === null ? 'an update' : `version ${node.refused.version}`}
      </Badge>
    )
  }
  if (node.in_sync) return <Badge tone="ok">In sync</Badge>
  return node.state === 'connected' ? (
    <Badge tone="warn">Catching up</Badge>
  ) : (
    <Badge tone="plain">Behind</Badge>
  )
}

export const hostName = (host: RuntimeNode['host']): string => (host === 'worker' ? 'Edge' : 'Node')
