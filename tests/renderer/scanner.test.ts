import { describe, expect, test } from 'vitest'

import { deskSettings, type ScannerSettings } from '../../src/model/desk.ts'
import { createBurst } from '../../src/renderer/scanner/burst.ts'
import { CALIBRATION_TEXTS, learn } from '../../src/renderer/scanner/calibrate.ts'
import { code128 } from '../../src/renderer/scanner/code128.ts'
import { decodeScan } from '../../src/renderer/scanner/decode.ts'
import { usLayout } from '../../src/renderer/scanner/layout.ts'
import type { Stroke } from '../../src/renderer/scanner/stroke.ts'
import { type Layout, keysOf, layouts } from '../support/keyboard.ts'

const standard = deskSettings.parse({}).scanner
const settings = (more: Partial<ScannerSettings> = {}): ScannerSettings => ({ ...standard, ...more })

function strokes(text: string, layout: Layout = 'us', pause_ms = 5, start_ms = 1_000): Stroke[] {
  return keysOf(text, layout).map((key, i) => stroke({ ...key, time_ms: start_ms + i * pause_ms }))
}

function stroke(some: Partial<Stroke>): Stroke {
  return {
    code: '',
    key: '',
    shift: false,
    ctrl: false,
    alt: false,
    alt_graph: false,
    repeat: false,
    time_ms: 0,
    ...some,
  }
}

const enter = (time_ms: number) => stroke({ code: 'Enter', key: 'Enter', time_ms })

/** What becomes of keys: the scans, what was typed, and what went past. */
function feed(list: readonly Stroke[], scanner = settings()) {
  const burst = createBurst(() => scanner)
  const scans: string[] = []
  const typed: string[] = []
  const passed: string[] = []
  const settle = (outcome: ReturnType<typeof burst.expire>) => {
    if (outcome?.kind === 'scan') scans.push(decodeScan(outcome.strokes, scanner))
    if (outcome?.kind === 'release') typed.push(...outcome.strokes.map(({ key }) => key))
  }
  for (const key of list) {
    settle(burst.expire(key.time_ms))
    expect(burst.resume(key)).toBe(false)
    const outcome = burst.press(key)
    if (outcome.kind === 'scan' || outcome.kind === 'release') settle(outcome)
    if (outcome.kind === 'pass' || outcome.kind === 'release') passed.push(key.key)
  }
  settle(burst.expire(Number.POSITIVE_INFINITY))
  return { scans, typed: typed.join(''), passed }
}

describe('telling a scanner from a typist', () => {
  test('a burst with Enter is a scan, and none of its keys goes anywhere else', () => {
    expect(feed([...strokes('LOT-0042'), enter(1_045)])).toEqual({
      scans: ['LOT-0042'],
      typed: '',
      passed: [],
    })
  })

  test('Tab ends a scan too', () => {
    const tab = stroke({ code: 'Tab', key: 'Tab', time_ms: 1_020 })
    expect(feed([...strokes('ABC'), tab]).scans).toEqual(['ABC'])
  })

  test('typing is let through in order, however long, with its Enter', () => {
    const slow = strokes('lot', 'us', 90)
    expect(feed([...slow, enter(1_400)])).toEqual({ scans: [], typed: 'lot', passed: ['Enter'] })
  })

  test.each([
    ['two quick keys and Enter are fingers', [...strokes('ab', 'us', 20), enter(1_040)], 'ab'],
    [
      'a pause inside tears a burst apart',
      [...strokes('ab'), ...strokes('cd', 'us', 5, 1_200), enter(1_210)],
      'abcd',
    ],
  ])('%s', (_, list, typed) => {
    expect(feed(list)).toMatchObject({ scans: [], typed })
  })

  test('a key held down is nobody scanning', () => {
    const repeated = [0, 1, 2, 3, 4, 5].map((i) =>
      stroke({ code: 'KeyA', key: 'a', repeat: i > 0, time_ms: 1_000 + i * 30 }),
    )
    expect(feed([...repeated, enter(1_190)])).toMatchObject({ scans: [], typed: 'a' })
  })

  test('shortcuts with Ctrl, and keys that write nothing, pass at once', () => {
    const list = [
      stroke({ code: 'KeyC', key: 'c', ctrl: true }),
      stroke({ code: 'F5', key: 'F5' }),
      enter(9),
      stroke({ code: 'Space', key: ' ' }),
    ]
    expect(feed(list).passed).toEqual(['c', 'F5', 'Enter', ' '])
  })

  test('a scanner without suffix is heard when it falls silent, if that is set', () => {
    expect(feed(strokes('SN-00017'), settings({ suffix: 'none' })).scans).toEqual(['SN-00017'])
    expect(feed(strokes('SN-00017')).scans).toEqual([])
  })

  test('a slow scanner is a scanner once its pause is set', () => {
    const slow = [...strokes('LOT-7', 'us', 80), enter(1_400)]
    expect(feed(slow).scans).toEqual([])
    expect(feed(slow, settings({ gap_ms: 120 })).scans).toEqual(['LOT-7'])
  })

  test('keys that are heard late belong to the burst in which they were pressed', () => {
    const burst = createBurst(() => settings())
    const [first, second, ...rest] = strokes('LOT-7')
    burst.press(first!)
    burst.press(second!)
    expect(burst.expire(Number.POSITIVE_INFINITY)).toEqual({ kind: 'release', strokes: [first, second] })
    expect(burst.resume(rest[0]!)).toBe(true)
    for (const late of rest) expect(burst.press(late)).toEqual({ kind: 'hold' })
    expect(burst.press(enter(1_025))).toEqual({ kind: 'scan', strokes: [first, second, ...rest] })
  })

  test.each([
    ['a key after the pause', stroke({ code: 'KeyB', key: 'b', time_ms: 1_051 })],
    ['a key held down', stroke({ code: 'KeyA', key: 'a', repeat: true, time_ms: 1_030 })],
    ['a key that no scanner sends', stroke({ code: 'Escape', key: 'Escape', time_ms: 1_010 })],
  ])('%s takes nothing back', (_, next) => {
    const burst = createBurst(() => settings())
    burst.press(stroke({ code: 'KeyA', key: 'a', time_ms: 1_000 }))
    burst.expire(Number.POSITIVE_INFINITY)
    expect(burst.resume(next)).toBe(false)
    expect(burst.holding).toBe(false)
  })

  test('two scans in a row are two scans', () => {
    const list = [...strokes('AAA'), enter(1_020), ...strokes('BBB', 'us', 5, 1_025), enter(1_045)]
    expect(feed(list).scans).toEqual(['AAA', 'BBB'])
  })
})

describe('reading the keys', () => {
  test.each(Object.keys(layouts) as Layout[])(
    'a %s keyboard on the PC gives the printed number',
    (layout) => {
      const number = 'Lot-2026_W47:Az+9.qm'
      expect(decodeScan(strokes(number, layout), settings())).toBe(number)
    },
  )

  test.each(Object.keys(layouts) as Layout[])('an AIM id before it is dropped on a %s PC', (layout) => {
    expect(decodeScan(strokes(']C1LOT-1', layout), settings())).toBe('LOT-1')
  })

  test.each([
    ['prefix', 'LOT-1', [...strokes('##LOT-1')], { prefix: '##' }],
    ['prefix after an AIM id', 'LOT-1', [...strokes(']d2##LOT-1')], { prefix: '##' }],
    [
      'control characters by Ctrl',
      'LOT1',
      [
        stroke({ code: 'KeyB', key: 'b', ctrl: true }),
        ...strokes('LOT'),
        stroke({ code: 'BracketRight', key: ']', ctrl: true }),
        ...strokes('1'),
      ],
      { prefix: '\x02' },
    ],
    [
      'control characters by Alt and digits',
      'LOT1',
      [...strokes('LOT'), ...alt('0029'), ...strokes('1')],
      {},
    ],
    ['characters by Alt and digits', 'LOT', [...alt('076'), ...alt('079'), ...alt('084')], {}],
    [
      'the numeric keypad',
      '42',
      [stroke({ code: 'Numpad4', key: '4' }), stroke({ code: 'Numpad2', key: 'ArrowDown' })],
      {},
    ],
    ['spaces around', 'LOT', strokes(' LOT '), {}],
    ['no code, only a key', 'x9', [stroke({ key: 'x' }), stroke({ key: '9' })], {}],
  ] as [string, string, Stroke[], Partial<ScannerSettings>][])('%s', (_, text, list, more) => {
    expect(decodeScan(list, settings(more))).toBe(text)
  })

  test('a scanner set to the layout of the PC is read by what the PC says', () => {
    const typed = [stroke({ code: 'KeyZ', key: 'y' }), stroke({ code: 'KeyY', key: 'z' })]
    expect(decodeScan(typed, settings({ layout: 'pc' }))).toBe('yz')
  })

  test('a scan that starts with a control character is held when that is the prefix', () => {
    const start = stroke({ code: 'KeyB', key: 'b', ctrl: true, time_ms: 995 })
    expect(feed([start, ...strokes('LOT'), enter(1_020)], settings({ prefix: '\x02' })).scans).toEqual([
      'LOT',
    ])
  })
})

describe('calibration', () => {
  test('teaches a scanner that was set to French, with its prefix and its pace', () => {
    // A scanner set to the PC's layout presses other places: on a French PC the key of A for its Q.
    const scans = CALIBRATION_TEXTS.map((text) => strokesOfOwnLayout(`+${text}`, 'french', 40))
    const lesson = learn(scans, settings())
    if (lesson.kind === 'failed') throw new Error(lesson.why)
    expect(lesson.settings.prefix).toBe('+')
    expect(lesson.settings.gap_ms).toBe(80)
    const burst = strokesOfOwnLayout('+Lot-2026_Aq:Zw+m', 'french', 40)
    expect(decodeScan(burst, lesson.settings)).toBe('Lot-2026_Aq:Zw+m')
  })

  test('of a scanner as delivered there is nothing to learn', () => {
    const lesson = learn(
      CALIBRATION_TEXTS.map((text) => strokes(text, 'german')),
      settings(),
    )
    expect(lesson).toMatchObject({ kind: 'learnt', settings: { taught: {}, prefix: '', gap_ms: 50 } })
  })

  test('a torn scan and keys that stand for two characters teach nothing', () => {
    expect(learn([strokes('0123'), []], settings())).toEqual({ kind: 'failed', why: 'short' })
    const same = CALIBRATION_TEXTS.map((text) => Array.from(text, () => stroke({ code: 'KeyA', key: 'a' })))
    expect(learn(same, settings())).toEqual({ kind: 'failed', why: 'unclear' })
  })
})

test('the barcode has the widths of the standard', () => {
  // 'LOT': start B, L, O, T, check symbol, stop; each 11 modules wide, the stop 13.
  const widths = code128('LOT')
  expect(widths.slice(0, 6)).toEqual([2, 1, 1, 2, 1, 4])
  expect(widths.reduce((sum, width) => sum + width)).toBe(5 * 11 + 13)
})

test('every character of an identifier has a key', () => {
  const known = new Set(usLayout.values())
  for (const character of `${CALIBRATION_TEXTS.join('')}ABCXYZ`) expect(known).toContain(character)
})

function alt(digits: string): Stroke[] {
  return [
    stroke({ code: 'AltLeft', key: 'Alt', alt: true }),
    ...Array.from(digits, (digit) => stroke({ code: `Numpad${digit}`, key: digit, alt: true })),
  ]
}

/** Keys of a scanner that was itself set to this layout: it presses the place where that layout has the character. */
function strokesOfOwnLayout(text: string, layout: Layout, pause_ms: number): Stroke[] {
  const places = Object.entries(layouts[layout])
  return Array.from(text, (character, i) => {
    const found = places.find(([, key]) => key === character)
    if (!found) throw new Error(`no key for ${character}`)
    const shift = found[0].startsWith('shift+')
    return stroke({ code: found[0].replace('shift+', ''), key: character, shift, time_ms: i * pause_ms })
  })
}
