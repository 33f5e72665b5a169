import type { ScannerSettings } from '../../model/desk.ts'
import { createBurst } from './burst.ts'
import { type Played, nothingPlayed, replay, replays, writable } from './replay.ts'
import { type Stroke, isModifier } from './stroke.ts'

export interface ScannerListener {
  /** A whole label was scanned. */
  readonly onScan: (strokes: readonly Stroke[]) => void
  /** Keys came as fast as a scanner's, no Enter followed, and nobody was writing anywhere: the scanner is set up differently. */
  readonly onStray: () => void
  /** A label was scanned, but the PC was so busy that its first keys were taken for typing and have already done something. */
  readonly onTorn: () => void
}

/** From this many keys on a burst without an end is a scanner's. */
const STRAY = 5

/** The most a busy PC is allowed for. */
const BUSY_MS = 250

/** A timer that is later than this says that the page was held up. */
const LATE_MS = 20

/** Where nobody writes, a key may be a shortcut, which cannot be taken back: it waits longer for keys that are late. */
const SHORTCUT_MS = 150

/**
 * Hears every key of the page before anybody else does (capture phase of the window), and keeps the scanner's for itself.
 * @returns stops listening
 */
export function listenToScanner(
  settings: () => ScannerSettings,
  { onScan, onStray, onTorn }: ScannerListener,
): () => void {
  const burst = createBurst(settings)
  /** Keys that were swallowed going down must not be heard coming up: buttons act on that. */
  const down = new Set<string>()
  let timer: number | undefined
  /** The keys that were released last, as far as they can be taken back. */
  let played: Played = nothingPlayed
  /** How many of the held keys have done something already and must not do it again. */
  let spent = 0

  function settle(outcome: ReturnType<typeof burst.expire>): void {
    if (outcome === undefined) return
    const torn = spent
    spent = 0
    if (outcome.kind === 'scan') return torn > 0 ? onTorn() : onScan(outcome.strokes)
    const typed = outcome.strokes.filter((stroke) => !isModifier(stroke)).slice(torn)
    const stray = typed.length >= STRAY && !writable(document.activeElement)
    played = stray ? nothingPlayed : replay(typed)
    if (stray) onStray()
  }

  /** A key that reached us late says that the PC is busy: the next one is given as much longer, or a scan would be torn. */
  function watch(pressed_ms: number): void {
    window.clearTimeout(timer)
    if (!burst.holding) return
    const { gap_ms, suffix } = settings()
    const shortcut = suffix !== 'none' && !writable(document.activeElement)
    const late_ms = Math.min(BUSY_MS, Math.max(0, performance.now() - pressed_ms))
    wait((shortcut ? Math.max(gap_ms, SHORTCUT_MS) : gap_ms) + 2 * late_ms)
  }

  /** If the page was held up meanwhile, keys may have been too: once more they are given that time. */
  function wait(ms: number, patient = true): void {
    const due_ms = performance.now() + ms
    timer = window.setTimeout(() => {
      const late_ms = performance.now() - due_ms
      if (patient && late_ms > LATE_MS) wait(Math.min(BUSY_MS, late_ms), false)
      else settle(burst.expire(Number.POSITIVE_INFINITY))
    }, ms)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (replays.has(event) || event.isComposing) return
    const stroke = strokeOf(event)
    settle(burst.expire(stroke.time_ms))
    if (burst.resume(stroke)) spent = played.takeBack()
    const outcome = burst.press(stroke)
    watch(stroke.time_ms)
    switch (outcome.kind) {
      case 'pass':
        return
      case 'release':
        return settle(outcome)
      case 'scan':
        swallow(event)
        return settle(outcome)
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
    if (!replays.has(event) && down.delete(event.code || event.key)) event.stopImmediatePropagation()
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
