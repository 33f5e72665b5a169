import { useEffect, useSyncExternalStore } from 'react'

import type { DeskSettings } from '../model/desk.ts'

const dark = window.matchMedia('(prefers-color-scheme: dark)')
const contrast = window.matchMedia('(prefers-contrast: more)')

function subscribe(listener: () => void): () => void {
  for (const query of [dark, contrast]) query.addEventListener('change', listener)
  return () => {
    for (const query of [dark, contrast]) query.removeEventListener('change', listener)
  }
}

const wished = () => (contrast.matches ? 'contrast' : dark.matches ? 'dark' : 'light')

/** Puts the chosen theme on the document; `system` follows the PC while it runs. */
export function useTheme(theme: DeskSettings['theme']): void {
  const system = useSyncExternalStore(subscribe, wished)
  const chosen = theme === 'system' ? system : theme
  useEffect(() => {
    document.documentElement.dataset['theme'] = chosen
  }, [chosen])
}
