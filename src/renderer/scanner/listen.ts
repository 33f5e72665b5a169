import type { ScannerSettings } from '../../model/desk.ts'
import { createBurst } from './burst.ts'
import { type Stroke, isModifier } from './stroke.ts'

export interface ScannerListener {
  /** A whole label was scanned. */
  readonly onScan: (strokes: readonly Stroke[]) => void
  /** Keys came as fast as a scanner's, no Enter followed, and nobody was writing anywhere: the scanner is set up differently. */
  readonly onStray: () => void
}

/** From this many keys on a burst without an end is a scanner's. */
const STRAY = 5

/** The most a busy PC is allowed for. */
const BUSY_MS = 250

/** Marks keys that were held and are played again, so that they are not held a second time. */
const replayed = new WeakSet<Event>()

/**
 * Hears every key of the page before anybody else does (capture phase of the window), and keeps the scanner's for itself.
 * @returns stops listening
 */
export function listenToScanner(
  settings: () => ScannerSettings,
  { onScan, onStray }: ScannerListener,
): () => void {
  const burst = createBurst(settings)
  /** Keys that were swallowed going down must not be heard coming up: buttons act on that. */
  const down = new Set<string>()
  let timer: number | undefined

  function settle(outcome: ReturnType<typeof burst.expire>): void {
    if (outcome === undefined) return
    if (outcome.kind === 'scan') return onScan(outcome.strokes)
    const typed = outcome.strokes.filter((stroke) => !isModifier(stroke))
    if (typed.length < STRAY || writable(document.activeElement)) return replay(typed)
    onStray()
  }

  /** A key that reached us late says that the PC is busy: the next one is given as much longer, or a scan would be torn. */
  function watch(pressed_ms: number): void {
    window.clearTimeout(timer)
    if (!burst.holding) return
    const late_ms = Math.min(BUSY_MS, Math.max(0, performance.now() - pressed_ms))
    timer = window.setTimeout(
      () => settle(burst.expire(Number.POSITIVE_INFINITY)),
      settings().gap_ms + 2 * late_ms,
    )
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (replayed.has(event) || event.isComposing) return
    const stroke = strokeOf(event)
    settle(burst.expire(stroke.time_ms))
    const outcome = burst.press(stroke)
    watch(stroke.time_ms)
    switch (outcome.kind) {
      case 'pass':
        return
      case 'release':
        return settle(outcome)
      case 'scan':
        swallow(event)
        return onScan(outcome.strokes)
      case 'hold':
        return swallow(event)
    }
  }

  function swallow(event: KeyboardEvent): void {
    event.preventDefault()
    event.stopImmediatePropagation()
    down.add(event.code || event.key)
  }

  function onKeyUp(event: KeyboardEvent): void {
    if (!replayed.has(event) && down.delete(event.code || event.key)) event.stopImmediatePropagation()
  }

  window.addEventListener('keydown', onKeyDown, true)
  window.addEventListener('keyup', onKeyUp, true)
  return () => {
    window.removeEventListener('keydown', onKeyDown, true)
    window.removeEventListener('keyup', onKeyUp, true)
    window.clearTimeout(timer)
  }
}

/** The event's own time: keys that waited for a busy page were still as fast as they were. */
function strokeOf(event: KeyboardEvent): Stroke {
  return {
    code: event.code,
    key: event.key,
    shift: event.shiftKey,
    ctrl: event.ctrlKey || event.metaKey,
    alt: event.altKey,
    alt_graph: event.getModifierState('AltGraph'),
    repeat: event.repeat,
    time_ms: event.timeStamp,
  }
}

type Field = HTMLInputElement | HTMLTextAreaElement

const isField = (element: Element | null): element is Field =>
  (element instanceof HTMLInputElement && /^(text|search|password|url|tel)$/.test(element.type)) ||
  element instanceof HTMLTextAreaElement

const writable = (element: Element | null) =>
  (isField(element) && !element.readOnly && !element.disabled) ||
  (element instanceof HTMLElement && element.isContentEditable)

/** Plays held keys again where the focus is: as keys, and in a field as the characters they write. */
function replay(strokes: readonly Stroke[]): void {
  for (const { key, code, shift } of strokes) {
    const target = document.activeElement ?? document.body
    const init = { key, code, shiftKey: shift, bubbles: true, cancelable: true, composed: true }
    const wanted = play(target, new KeyboardEvent('keydown', init))
    if (wanted && key.length === 1) write(target, key)
    play(target, new KeyboardEvent('keyup', init))
  }
}

function play(target: Element, event: KeyboardEvent): boolean {
  replayed.add(event)
  return target.dispatchEvent(event)
}

function write(target: Element, data: string): void {
  if (!writable(target)) return
  const init = { data, inputType: 'insertText', bubbles: true, composed: true }
  if (!target.dispatchEvent(new InputEvent('beforeinput', { ...init, cancelable: true }))) return
  if (!isField(target)) return
  const { selectionStart, selectionEnd, maxLength, value } = target
  const start = selectionStart ?? value.length
  const end = selectionEnd ?? value.length
  if (maxLength >= 0 && value.length - (end - start) >= maxLength) return
  target.setRangeText(data, start, end, 'end')
  target.dispatchEvent(new InputEvent('input', init))
}
