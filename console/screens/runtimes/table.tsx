import { A } from '@solidjs/router'
import { Show } from 'solid-js'
import type { RuntimeNode } from '../../data/groups.ts'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useGroup } from '../frame/group-context.ts'
import { Connection, hostName, Sync } from './state.tsx'

/** Runtimes with what they run. */
export const RuntimeTable = (props: { nodes: RuntimeNode[] }) => {
  const group = useGroup()
  return (
    <Table
      label="Runtimes"
      rows={props.nodes}
      columns={[
        {
          id: 'hostname',
          label: 'Runtime',
          cell: (node) => (
            <A
              class="link font-medium"
              href={group.href(`/runtimes/${node.id}`)}
              title={node.hostname}
            >
              {node.hostname}
            </A>
          ),
        },
        { id: 'host', label: 'Runs in', width: 'sm:w-24', cell: (node) => hostName(node.host) },
        {
          id: 'state',
          label: 'State',
          width: 'sm:w-34',
          cell: (node) => <Connection node={node} />,
        },
        {
          id: 'sync',
          label: 'Configuration',
          width: 'sm:w-44',
          cell: (node) => (
            <span class="flex items-center gap-2">
              <Show when={node.config_version} fallback={<span class="text-muted">None</span>}>
                <span title={`Version ${node.config_version}`}>{node.config_version}</span>
              </Show>
              <Sync node={node} />
            </span>
          ),
        },
        {
          id: 'seen',
          label: 'Last seen',
          width: 'sm:w-28',
          cell: (node) => <Time at={node.last_seen} />,
        },
      ]}
    />
  )
}
