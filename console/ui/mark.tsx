/** The product's mark: a gate in a tide. */
export const Mark = (props: { size: number }) => (
  <svg viewBox="0 0 32 32" width={props.size} height={props.size} aria-hidden="true">
    <rect width="32" height="32" rx="7" fill="#0b6770" />
    <path d="M8 7v18M24 7v18" stroke="#fff" stroke-width="3" stroke-linecap="round" />
    <path
      d="M8 13.5c2.7-2.6 5.3-2.6 8 0s5.3 2.6 8 0M8 20c2.7-2.6 5.3-2.6 8 0s5.3 2.6 8 0"
      fill="none"
      stroke="#8fe0dd"
      stroke-width="2.6"
      stroke-linecap="round"
    />
  </svg>
)
