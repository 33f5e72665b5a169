/** One key going down, with nothing of the DOM in it. */
export interface Stroke {
  /** Which key, by its place: `KeyZ` is where a US keyboard has its Z. Empty where a program and no keyboard typed. */
  readonly code: string
  /** What this PC's layout makes of it. */
  readonly key: string
  readonly shift: boolean
  readonly ctrl: boolean
  readonly alt: boolean
  /** Typed with AltGr: a character, although it looks like Ctrl and Alt. */
  readonly alt_graph: boolean
  /** Held down until it repeats: no scanner does that. */
  readonly repeat: boolean
  readonly time_ms: number
}

const ALWAYS_TYPED = new Set(['Dead', 'Process', 'Unidentified'])

export const isModifier = ({ key }: Stroke) =>
  ['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock', 'Fn'].includes(key)

export const endsScan = ({ key, ctrl, alt }: Stroke) => (key === 'Enter' || key === 'Tab') && !ctrl && !alt

/** One digit of a character code typed as Alt and the numeric keypad, as "universal" scanners do. */
export const isAltDigit = ({ alt, alt_graph, code }: Stroke) => alt && !alt_graph && /^Numpad\d$/.test(code)

/** A key that writes a character here, or would on a keyboard of another country. */
export function isCharacter(stroke: Stroke): boolean {
  const { key, ctrl, alt, alt_graph } = stroke
  if ((ctrl || alt) && !alt_graph) return isAltDigit(stroke)
  return key.length === 1 || (ALWAYS_TYPED.has(key) && stroke.code !== '')
}

/** What Ctrl and a key stand for: scanners send control characters so. `]` is GS, `j` is LF. */
export function controlCharacter({ ctrl, alt, code, key }: Stroke): string | undefined {
  if (!ctrl || alt) return undefined
  const letter = /^Key([A-Z])$/.exec(code)?.[1] ?? (/^[a-z]$/i.test(key) ? key.toUpperCase() : undefined)
  if (letter !== undefined) return String.fromCharCode(letter.charCodeAt(0) - 64)
  const others: Readonly<Record<string, string>> = {
    BracketLeft: '\x1b',
    Backslash: '\x1c',
    BracketRight: '\x1d',
    Digit6: '\x1e',
    Minus: '\x1f',
  }
  return others[code]
}
