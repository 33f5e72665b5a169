import { createHash } from 'node:crypto'
import { prng, type Prng } from '../../simulation/prng.ts'

import { expect, test } from 'vitest'
import { z } from 'zod'

import { canonical, isSameValue } from '../../../src/model/sync/chain.ts'
import { answer, PROTOCOL_VERSION, request } from '../../../src/model/sync/protocol.ts'

/** By version. A new line here means a new version, or messages that nobody out there has ever sent. */
const shapes: Record<number, string> = {
  1: 'e7c89ebd0353fffc',
}

test('[S20] the messages of a version never change', () => {
  const shape = [request, answer].map((schema) =>
    z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }),
  )
  const hash = createHash('sha256').update(canonical(shape)).digest('hex').slice(0, 16)
  expect(hash).toBe(shapes[PROTOCOL_VERSION])
})

test('a text for hashing does not depend on the order of keys', () => {
  const cases: [unknown, unknown][] = [
    [
      { a: 1, b: { d: null, c: [1, 'x'] } },
      { b: { c: [1, 'x'], d: null }, a: 1 },
    ],
    [{ a: 1, b: undefined }, { a: 1 }],
  ]
  for (const [one, other] of cases) expect(canonical(one)).toBe(canonical(other))
  expect(canonical({ a: [1, 2] })).not.toBe(canonical({ a: [2, 1] }))
  expect(canonical({ a: 'b,c' })).not.toBe(canonical({ a: 'b', c: undefined }))
})

test('a text for hashing quotes every character as JSON does, in values and in names', () => {
  const strange: string[] = []
  for (let code = 0; code <= 0xffff; code++) {
    const text = `a${String.fromCharCode(code)}b`
    const expected = JSON.stringify({ [text]: text })
    if (canonical({ [text]: text }) !== expected) strange.push(expected)
  }
  expect(strange).toEqual([])
  expect(canonical('\u{1f600}')).toBe('"\u{1f600}"')
})

test('[I13] two values are the same just where their texts for hashing are', () => {
  const dice = prng(7)
  const plain = [undefined, null, true, false, 0, -0, 1, Number.NaN, '', 'a', '0', 'null']
  const value = (depth: number): unknown => {
    if (depth === 0 || dice.chance(0.3)) return dice.pick(plain)
    if (dice.chance(0.2)) return Array.from({ length: dice.int(0, 2) }, () => value(depth - 1))
    const keys = Array.from({ length: dice.int(0, 3) }, () => dice.pick(['a', 'b', 'c', '__proto__']))
    return Object.fromEntries(keys.map((key) => [key, value(depth - 1)]))
  }
  const seen = { same: 0, other: 0 }
  const wrong: string[] = []
  for (let n = 0; n < 100_000; n += 1) {
    const one = value(2)
    const other = dice.chance(0.3) ? shuffled(one, dice) : value(2)
    const same = canonical(one) === canonical(other)
    seen[same ? 'same' : 'other'] += 1
    if (isSameValue(one, other) !== same) wrong.push(`${canonical(one)} and ${canonical(other)}`)
  }
  expect(wrong).toEqual([])
  expect(Math.min(seen.same, seen.other)).toBeGreaterThan(20_000)
})

/** The same with its keys in another order, some of them said to have no value. */
function shuffled(value: unknown, dice: Prng): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [key, shuffled(one, dice)])
  if (dice.chance(0.5)) entries.reverse()
  if (dice.chance(0.3) && !Object.hasOwn(value, 'z')) entries.push(['z', undefined])
  return Object.fromEntries(entries)
}
