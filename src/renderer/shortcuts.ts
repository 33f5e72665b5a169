import { useEffect } from 'react'

/** Keys of the keyboard, in small letters. A scanner never gets here: its keys are kept apart before (scanner/listen.ts). */
export type Shortcuts = Readonly<Record<string, () => void>>

const isWriting = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** While these are on the screen. Nothing happens while somebody writes, while a window is open, or with Ctrl or Alt. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return
      if (isWriting(event.target) || document.querySelector('[role="dialog"], [role="listbox"]') !== null)
        return
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
      if (!Object.hasOwn(shortcuts, key)) return
      event.preventDefault()
      shortcuts[key]!()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [shortcuts])
}
