import type { ScannerSettings } from '../../model/desk.ts'
import { rawText } from './decode.ts'
import { strokeName, usLayout } from './layout.ts'
import { type Stroke, isModifier } from './stroke.ts'

/** What the calibration barcodes say: together every key an identifier needs. Capitals follow from small letters. */
export const CALIBRATION_TEXTS = ['0123456789-.:_+', 'abcdefghijklmnopqrstuvwxyz'] as const

/** While calibrating even a slow scanner counts. */
export const CALIBRATION_GAP_MS = 200

export type Lesson =
  | { readonly kind: 'learnt'; readonly settings: ScannerSettings }
  /** `short`: keys are missing. `unclear`: one key stood for two characters, so nothing can be learnt. */
  | { readonly kind: 'failed'; readonly why: 'short' | 'unclear' }

/**
 * Learns from scans of the calibration texts what this scanner's keys mean on this PC, what it puts before a text, and how
 * fast it is. The texts are known, so the n-th last key of each scan stands for the n-th last character.
 */
export function learn(scans: readonly (readonly Stroke[])[], settings: ScannerSettings): Lesson {
  const taught: Record<string, string> = {}
  let before: readonly Stroke[] = []
  for (const [i, text] of CALIBRATION_TEXTS.entries()) {
    const strokes = (scans[i] ?? []).filter((stroke) => !isModifier(stroke))
    const extra = strokes.length - text.length
    if (extra < 0) return { kind: 'failed', why: 'short' }
    before = strokes.slice(0, extra)
    for (const [n, character] of Array.from(text).entries()) {
      const name = strokeName(strokes[extra + n]!)
      if (taught[name] !== undefined && taught[name] !== character) return { kind: 'failed', why: 'unclear' }
      taught[name] = character
    }
  }
  for (const [name, character] of Object.entries(taught))
    if (/^[a-z]$/.test(character) && !name.startsWith('shift+'))
      taught[`shift+${name}`] ??= character.toUpperCase()
  const learnt: ScannerSettings = {
    ...settings,
    layout: 'us',
    taught: Object.fromEntries(
      Object.entries(taught).filter(([name, character]) => usLayout.get(name) !== character),
    ),
    gap_ms: pause(scans),
  }
  const prefix = rawText(before, learnt).replace(/^\][A-Za-z][0-9A-Za-z]/, '')
  return { kind: 'learnt', settings: { ...learnt, prefix } }
}

/** Twice the longest pause seen, so that a busy PC does not tear a scan apart; never so long that typing would lag. */
function pause(scans: readonly (readonly Stroke[])[]): number {
  let longest = 0
  for (const strokes of scans)
    for (let i = 1; i < strokes.length; i++)
      longest = Math.max(longest, strokes[i]!.time_ms - strokes[i - 1]!.time_ms)
  return Math.round(Math.min(150, Math.max(50, longest * 2)))
}
