/** Remembers what had focus just before something over the page took it, and gives it back when that closes. */
export const createReturnFocus = (): {
  onOpenAutoFocus: () => void
  onCloseAutoFocus: (event: Event) => void
} => {
  let from: Element | null = null
  return {
    onOpenAutoFocus: () => {
      from = document.activeElement
    },
    onCloseAutoFocus: (event) => {
      event.preventDefault()
      if (from instanceof HTMLElement && from.isConnected) from.focus({ preventScroll: true })
    },
  }
}
