import { For, type JSX, Show } from 'solid-js'

export interface Column<Row> {
  id: string
  label: string
  cell: (row: Row) => JSX.Element
  /** A Tailwind width; the others share what is left. */
  width?: string
  align?: 'right'
}

/** Rows under columns; on a narrow screen each row becomes a small card. The first column names the row. */
export const Table = <Row,>(props: {
  label: string
  rows: Row[]
  columns: Column<Row>[]
  busy?: boolean
  /** What can be done with a row; stands at its end. */
  actions?: (row: Row) => JSX.Element
}) => (
  <div class="card stack-table overflow-x-auto" aria-busy={props.busy}>
    <table aria-label={props.label} class="w-full table-fixed border-collapse">
      <thead>
        <tr>
          <For each={props.columns}>
            {(column) => (
              <th
                scope="col"
                class={`${column.width ?? ''} ${column.align === 'right' ? 'text-right' : 'text-left'}`}
              >
                {column.label}
              </th>
            )}
          </For>
          <Show when={props.actions}>
            <th scope="col" class="w-14">
              <span class="visually-hidden">Actions</span>
            </th>
          </Show>
        </tr>
      </thead>
      <tbody class={props.busy ? 'opacity-60' : ''}>
        <For each={props.rows}>
          {(row) => (
            <tr>
              <For each={props.columns}>
                {(column) => (
                  <td
                    data-label={column.label}
                    class={column.align === 'right' ? 'sm:text-right' : ''}
                  >
                    <div class="truncate">{column.cell(row)}</div>
                  </td>
                )}
              </For>
              <Show when={props.actions}>
                <td class="actions">{props.actions?.(row)}</td>
              </Show>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  </div>
)
