import type { CDPSession, Page } from '@playwright/test'

import { type Key, type Layout, keysOf } from '../support/keyboard.ts'

const sessions = new WeakMap<Page, CDPSession>()

async function sessionOf(page: Page): Promise<CDPSession> {
  const session = sessions.get(page) ?? (await page.context().newCDPSession(page))
  sessions.set(page, session)
  return session
}

interface Burst {
  /** The PC's keyboard layout; the scanner is as delivered. */
  readonly layout?: Layout
  /** Between two keys. */
  readonly pause_ms?: number
  readonly suffix?: 'Enter' | 'Tab' | 'none'
}

/**
 * Presses real keys as a scanner does: whole label, a few milliseconds between keys, then Enter. Each key carries the time at
 * which it was pressed, so that a busy test machine changes nothing; all are sent without waiting for one another.
 */
export async function scan(
  page: Page,
  text: string,
  { layout = 'us', pause_ms = 4, suffix = 'Enter' }: Burst = {},
): Promise<void> {
  const session = await sessionOf(page)
  const keys: Key[] = keysOf(text, layout)
  if (suffix !== 'none') keys.push({ code: suffix, key: suffix, shift: false })
  const start_ms = Date.now()
  await Promise.all(
    keys.flatMap(({ code, key, shift }, i) => {
      const timestamp = (start_ms + i * pause_ms) / 1_000
      const common = {
        code,
        key,
        modifiers: shift ? 8 : 0,
        timestamp,
        windowsVirtualKeyCode: virtualKey(key),
      }
      const typed = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined
      return [
        session.send('Input.dispatchKeyEvent', {
          type: typed === undefined ? 'rawKeyDown' : 'keyDown',
          ...common,
          ...(typed === undefined ? {} : { text: typed, unmodifiedText: typed }),
        }),
        session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...common }),
      ]
    }),
  )
}

function virtualKey(key: string): number {
  if (key === 'Enter') return 13
  if (key === 'Tab') return 9
  return key.toUpperCase().charCodeAt(0)
}
