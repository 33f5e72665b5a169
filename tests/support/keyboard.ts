import { usLayout } from '../../src/renderer/scanner/layout.ts'

/**
 * Keyboards of four countries, as far as labels need them: place of the key to what the PC makes of it.
 * Written down from the countries' own layouts; the US one is the product's.
 */
const us: Record<string, string> = Object.fromEntries(usLayout)

/** @param plain and `shifted` keys of the rows as a PC of that country reads them, in the order of the US places */
function country(
  rows: readonly (readonly [us: string, plain: string, shifted: string])[],
): Record<string, string> {
  const places = { ...us }
  for (const [keys, plain, shifted] of rows)
    for (const [i, character] of Array.from(keys).entries()) {
      const place = Object.keys(us).find(
        (name) => !name.startsWith('shift+') && !name.startsWith('Numpad') && us[name] === character,
      )!
      places[place] = Array.from(plain)[i]!
      places[`shift+${place}`] = Array.from(shifted)[i]!
    }
  return places
}

export const layouts = {
  us,
  uk: country([["`2'\\", "`2'#", '¬"@~']]),
  german: country([
    ['1234567890-=', '1234567890ß´', '!"§$%&/()=?`'],
    ['qwertyuiop[]\\', 'qwertzuiopü+#', "QWERTZUIOPÜ*'"],
    ["asdfghjkl;'", 'asdfghjklöä', 'ASDFGHJKLÖÄ'],
    ['zxcvbnm,./', 'yxcvbnm,.-', 'YXCVBNM;:_'],
  ]),
  french: country([
    ['1234567890-=', '&é"\'(-è_çà)=', '1234567890°+'],
    ['qwertyuiop[]\\', 'azertyuiop^$*', 'AZERTYUIOP¨£µ'],
    ["asdfghjkl;'", 'qsdfghjklmù', 'QSDFGHJKLM%'],
    ['zxcvbnm,./', 'wxcvbn,;:!', 'WXCVBN?./§'],
  ]),
} as const
export type Layout = keyof typeof layouts

export interface Key {
  readonly code: string
  readonly key: string
  readonly shift: boolean
}

/** The keys that a scanner as delivered (US) presses for a text, as a PC with `layout` understands them. */
export function keysOf(text: string, layout: Layout): Key[] {
  return Array.from(text, (character) => {
    const place = Object.keys(us).find((name) => us[name] === character && !name.includes('Numpad'))
    if (place === undefined) throw new Error(`no key writes ${character}`)
    const shift = place.startsWith('shift+')
    return { code: place.replace('shift+', ''), key: layouts[layout][place]!, shift }
  })
}
