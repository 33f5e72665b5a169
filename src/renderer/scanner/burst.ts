import type { ScannerSettings } from '../../model/desk.ts'
import { type Stroke, controlCharacter, endsScan, isAltDigit, isCharacter, isModifier } from './stroke.ts'

/**
 * Tells a scanner from a typist, by time alone.
 *
 * A scanner is a keyboard that types a whole label with pauses of a few milliseconds and then Enter. Its first key looks
 * like anybody's, so no character is let through before it is known whose it was: it is *held* for one pause (about
 * 50 ms, which nobody who types notices). Three states:
 *
 *   empty    nothing is held. A character is held and the state is *holding*; every other key passes.
 *   holding  the next key within the pause: a character is held too; Enter or Tab ends it, and a burst long enough is a scan.
 *            The pause passes, or a key comes that no scanner sends: what was held was typed, and is released in order.
 *   loose    the pause passed by our clock and the keys were released, but a busy PC may still have the rest of the burst on its
 *            way. A key that was pressed within the pause, by its own time, takes them back and the state is *holding* again.
 *
 * So a scan never reaches a button, a field, a dialog or a shortcut, wherever the focus is; and which keys are one scan is
 * said by the times at which they were pressed, never by the time at which we heard of them.
 */
export type Outcome =
  /** The key is nobody's business here. */
  | { readonly kind: 'pass' }
  /** Swallow it; it comes back in a later outcome. */
  | { readonly kind: 'hold' }
  /** Swallow it: it was the end of this scan. */
  | { readonly kind: 'scan'; readonly strokes: readonly Stroke[] }
  /** These were typed: write them where they belong, and let the key itself through. */
  | { readonly kind: 'release'; readonly strokes: readonly Stroke[] }

export interface Burst {
  /** A key went down. Ask `expire` with its time first, then `resume`. */
  press(stroke: Stroke): Outcome
  /** True if this key goes on with a burst that was released too early: all of that is held again, and must be taken back. */
  resume(stroke: Stroke): boolean
  /** What has become of the held keys by now. Undefined while there is nothing to say. */
  expire(now_ms: number): Extract<Outcome, { kind: 'scan' | 'release' }> | undefined
  /** True while `expire` must be asked after a pause. */
  readonly holding: boolean
}

/** Fewer characters than this before Enter are somebody's quick fingers. */
const LEAST = 3
/** Without Enter or Tab only silence ends a scan: then it must be longer. */
const LEAST_WITHOUT_SUFFIX = 5

export function createBurst(settings: () => ScannerSettings): Burst {
  let held: Stroke[] = []
  let loose: Stroke[] = []
  let last_ms = 0

  const characters = () => held.filter((stroke) => !isModifier(stroke)).length

  function take(): Stroke[] {
    const taken = held
    held = []
    return taken
  }

  function hold(stroke: Stroke): Outcome {
    held.push(stroke)
    loose = []
    last_ms = stroke.time_ms
    return { kind: 'hold' }
  }

  /** In the middle of a burst a scanner may also send what nobody types: control characters, a space, codes by Alt. */
  function continues(stroke: Stroke): boolean {
    return isCharacter(stroke) || controlCharacter(stroke) !== undefined
  }

  function begins(stroke: Stroke): boolean {
    const { prefix } = settings()
    const control = controlCharacter(stroke)
    if (control !== undefined) return prefix.startsWith(control)
    return isAltDigit(stroke) || (stroke.key.length === 1 && stroke.key !== ' ' && isCharacter(stroke))
  }

  return {
    get holding() {
      return held.length > 0
    },
    expire(now_ms) {
      if (held.length === 0 || now_ms - last_ms <= settings().gap_ms) return undefined
      if (settings().suffix === 'none' && characters() >= LEAST_WITHOUT_SUFFIX)
        return { kind: 'scan', strokes: take() }
      loose = held
      return { kind: 'release', strokes: take() }
    },
    resume(stroke) {
      if (loose.length === 0 || isModifier(stroke)) return false
      const late = !stroke.repeat && stroke.time_ms - last_ms <= settings().gap_ms
      if (late && (continues(stroke) || endsScan(stroke))) held = loose
      loose = []
      return held.length > 0
    },
    press(stroke) {
      if (held.length === 0) return !stroke.repeat && begins(stroke) ? hold(stroke) : { kind: 'pass' }
      if (isModifier(stroke)) {
        last_ms = stroke.time_ms
        if (stroke.key === 'Alt') held.push(stroke)
        return { kind: 'pass' }
      }
      if (stroke.repeat) return { kind: 'release', strokes: take() }
      if (endsScan(stroke))
        return characters() >= LEAST
          ? { kind: 'scan', strokes: take() }
          : { kind: 'release', strokes: take() }
      return continues(stroke) ? hold(stroke) : { kind: 'release', strokes: take() }
    },
  }
}
