import type { ScannerSettings } from '../../model/desk.ts'
import type { Stroke } from './stroke.ts'

/**
 * The US keyboard by places of keys: what scanners are delivered with. A scanner presses the key where a US keyboard has
 * its Z; a German PC calls that Y. Reading the place and not the letter gives the number that is printed on the label.
 */
const rows: readonly (readonly [codes: readonly string[], plain: string, shifted: string])[] = [
  [['Backquote', ...digits('Digit', '1234567890'), 'Minus', 'Equal'], '`1234567890-=', '~!@#$%^&*()_+'],
  [[...letters('QWERTYUIOP'), 'BracketLeft', 'BracketRight', 'Backslash'], 'qwertyuiop[]\\', 'QWERTYUIOP{}|'],
  [[...letters('ASDFGHJKL'), 'Semicolon', 'Quote'], "asdfghjkl;'", 'ASDFGHJKL:"'],
  [[...letters('ZXCVBNM'), 'Comma', 'Period', 'Slash'], 'zxcvbnm,./', 'ZXCVBNM<>?'],
  [['Space'], ' ', ' '],
  [
    [
      ...digits('Numpad', '0123456789'),
      'NumpadDecimal',
      'NumpadAdd',
      'NumpadSubtract',
      'NumpadMultiply',
      'NumpadDivide',
    ],
    '0123456789.+-*/',
    '0123456789.+-*/',
  ],
]

function letters(text: string): string[] {
  return Array.from(text, (letter) => `Key${letter}`)
}

function digits(name: string, text: string): string[] {
  return Array.from(text, (digit) => `${name}${digit}`)
}

/** `CODE` or `shift+CODE` to the character. */
export const strokeName = ({ code, shift }: Pick<Stroke, 'code' | 'shift'>) =>
  shift ? `shift+${code}` : code

export const usLayout: ReadonlyMap<string, string> = new Map(
  rows.flatMap(([codes, plain, shifted]) =>
    codes.flatMap(
      (code, i) =>
        [
          [code, plain[i]!],
          [`shift+${code}`, shifted[i]!],
        ] as const,
    ),
  ),
)

/** The character a stroke of the scanner stands for; undefined where neither place nor key says one. */
export function characterOf(stroke: Stroke, { layout, taught }: ScannerSettings): string | undefined {
  // What is typed with AltGr is not on a US keyboard: the scanner was set to this PC's layout.
  if (stroke.alt_graph && stroke.key.length === 1) return stroke.key
  const name = strokeName(stroke)
  const known = Object.hasOwn(taught, name) ? taught[name] : layout === 'us' ? usLayout.get(name) : undefined
  return known ?? (stroke.key.length === 1 ? stroke.key : undefined)
}
