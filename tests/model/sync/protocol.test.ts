import { createHash } from 'node:crypto'

import { expect, test } from 'vitest'
import { z } from 'zod'

import { canonical } from '../../../src/model/sync/chain.ts'
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
