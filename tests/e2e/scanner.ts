import type { CDPSession, Page } from '@playwright/test'

import { type Key, type Layout, keysOf } from '../support/keyboard.ts'

const sessions = new WeakMap<Page, CDPSession>()
/** When the last key of a page was pressed (milliseconds since 1970 UTC): the next burst begins after it. */
const pressed_until = new WeakMap<Page, number>()

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
  /** The PC is held up after so many keys until this is done: the other keys come late, with the times at which they were pressed. */
  readonly held_up?: { readonly after: number; readonly until: () => Promise<unknown> }
}

/**
 * Presses real keys as a scanner does: whole label, a few milliseconds between keys, then Enter. Each key carries the time at
 * which it was pressed, so that a busy test machine changes nothing; all are sent without waiting for one another.
 */
export async function scan(
  page: Page,
  text: string,
  { layout = 'us', pause_ms = 4, suffix = 'Enter', held_up }: Burst = {},
): Promise<void> {
  const session = await sessionOf(page)
  const keys: Key[] = keysOf(text, layout)
  if (suffix !== 'none') keys.push({ code: suffix, key: suffix, shift: false })
  const start_ms = Math.max(Date.now(), (pressed_until.get(page) ?? 0) + 1_000)
  pressed_until.set(page, start_ms + keys.length * pause_ms)
  const pressed = keys.flatMap((key, i) => press(key, (start_ms + i * pause_ms) / 1_000))
  const before = held_up === undefined ? 0 : held_up.after * 2
  const send = (events: readonly KeyEvent[]) =>
    Promise.all(events.map((event) => session.send('Input.dispatchKeyEvent', event)))
  await send(pressed.slice(0, before))
  await held_up?.until()
  await send(pressed.slice(before))
}

/** Presses keys as fingers do: each so long after the one before that no scanner is meant. */
export const type = (page: Page, text: string, end: 'Enter' | 'none' = 'none') =>
  scan(page, text, { pause_ms: 90, suffix: end })

interface KeyEvent {
  type: 'keyDown' | 'rawKeyDown' | 'keyUp'
  code: string
  key: string
  modifiers: number
  timestamp: number
  windowsVirtualKeyCode: number
  text?: string
  unmodifiedText?: string
}

/** Down and up. */
function press({ code, key, shift }: Key, timestamp: number): KeyEvent[] {
  const common = { code, key, modifiers: shift ? 8 : 0, timestamp, windowsVirtualKeyCode: virtualKey(key) }
  const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined
  const down =
    text === undefined
      ? ({ type: 'rawKeyDown' } as const)
      : ({ type: 'keyDown', text, unmodifiedText: text } as const)
  return [
    { ...common, ...down },
    { ...common, type: 'keyUp' },
  ]
}

function virtualKey(key: string): number {
  if (key === 'Enter') return 13
  if (key === 'Tab') return 9
  return key.toUpperCase().charCodeAt(0)
}
