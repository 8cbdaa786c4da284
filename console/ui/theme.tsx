import Monitor from 'lucide-solid/icons/monitor'
import Moon from 'lucide-solid/icons/moon'
import Sun from 'lucide-solid/icons/sun'
import { createSignal, For } from 'solid-js'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'tidegate.theme'
const themes = [
  { id: 'system', label: 'As the system', icon: () => <Monitor size={16} /> },
  { id: 'light', label: 'Light', icon: () => <Sun size={16} /> },
  { id: 'dark', label: 'Dark', icon: () => <Moon size={16} /> },
] as const

const remembered = (): Theme => {
  const theme = document.documentElement.dataset.theme
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

const [theme, setTheme] = createSignal<Theme>(remembered())

export { theme }

const choose = (next: Theme) => {
  setTheme(next)
  if (next === 'system') {
    delete document.documentElement.dataset.theme
    localStorage.removeItem(KEY)
  } else {
    document.documentElement.dataset.theme = next
    localStorage.setItem(KEY, next)
  }
}

/** Light, dark, or as the system is. */
export const ThemeSwitch = () => (
  <fieldset class="flex rounded-md border border-line bg-sunken p-0.5">
    <legend class="visually-hidden">Theme</legend>
    <For each={themes}>
      {(one) => (
        <label
          title={one.label}
          class="flex h-7 flex-1 cursor-pointer items-center justify-center rounded px-2 text-muted hover:text-ink has-checked:bg-surface has-checked:text-accent has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name="theme"
            class="visually-hidden"
            checked={theme() === one.id}
            onChange={() => choose(one.id)}
          />
          {one.icon()}
          <span class="visually-hidden">{one.label}</span>
        </label>
      )}
    </For>
  </fieldset>
)
