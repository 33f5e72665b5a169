import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { expectJournalToExplainRows } from '../support/replay.ts'
import { expectErrorShape } from '../support/scenario.ts'
import { type Answer, openStation } from '../support/station.ts'

const contract = JSON.parse(readFileSync(new URL('contract-endpoints.json', import.meta.url), 'utf8')) as {
  readonly operations: readonly { readonly method: string; readonly path: string }[]
}

const encode = (text: string) => (text.isWellFormed() ? encodeURIComponent(text) : text)

const odd = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    ' ',
    '.',
    '..',
    '%',
    '%00',
    '%2e',
    '%zz',
    '%ff',
    '%F0%9F',
    '\0',
    '\ud800',
    '\u202e',
    '\u212a',
    'ä',
    '💡',
    "'",
    '"',
    '`',
    '--',
    ';',
    '*',
    '?',
    '#',
    '&',
    '=',
    '+',
    '[]',
    '{}',
    '$',
    '~',
    '0',
    '-0',
    '-1',
    '1e999',
    '9007199254740993',
    '0x10',
    'NaN',
    'Infinity',
    'null',
    'undefined',
    'true',
    '1.5',
    '2026-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999+23:59',
    "' OR 1=1 --",
    'a'.repeat(5000),
  ),
  fc.string({ unit: 'binary' }),
  fc.string(),
)
const known = fc.constantFrom('A', 'a', 'B', 'L1', 'S1', 's2', 'P')
const word = fc.oneof({ weight: 2, arbitrary: known }, odd)

const segment = word.map(encode)

/** An operation of the contract with something in place of its parameters. */
const addressed = fc
  .tuple(
    fc.constantFrom(...contract.operations),
    fc.array(segment, { minLength: 2, maxLength: 2 }),
    fc.constantFrom('', '', '', '/api', '//', '/API/'),
  )
  .map(([{ method, path }, words, mount]) => ({
    method,
    path: mount + path.replaceAll(/\{\w+\}/g, () => words.pop()!),
  }))
const anywhere = fc.record({
  method: fc.constantFrom(
    'GET',
    'POST',
    'PATCH',
    'PUT',
    'DELETE',
    'HEAD',
    'OPTIONS',
    'get',
    '',
    '__proto__',
    'TRACE',
  ),
  path: fc
    .array(fc.oneof(fc.constantFrom('v2', 'api', 'batches', 'units', 'children'), segment, odd), {
      maxLength: 5,
    })
    .map((segments) => `/${segments.join('/')}`),
})

const parameter = fc.constantFrom(
  'ids',
  'numbers',
  'created_after',
  'created_before',
  'limit',
  'cursor',
  'search_query',
  'part_numbers',
  'revision_numbers',
  'sort_by',
  'sort_order',
  'serial_numbers',
  'batch_numbers',
  'run_count_min',
  'run_count_max',
  'samples',
  'metadata',
  'current',
  'include_metadata',
  'latest_only',
  'child_serial_number',
  'created_by_user_ids',
  'created_by_station_ids',
  '__proto__',
)
const json = fc.oneof(
  word,
  fc.json({ maxDepth: 3 }),
  fc
    .dictionary(word, fc.dictionary(fc.constantFrom('in', 'contains', 'eq', 'gte', 'lt'), fc.anything()), {
      maxKeys: 3,
    })
    .map((filter) => JSON.stringify(filter) ?? ''),
  fc.constantFrom('number', 'serial_number', 'created_at', 'desc', '5', '100', '0', 'golden'),
)
const query = fc
  .array(fc.tuple(fc.oneof({ weight: 8, arbitrary: parameter }, odd), json, fc.boolean()), { maxLength: 6 })
  .map((pairs) => pairs.map(([name, value, raw]) => `${name}=${raw ? value : encode(value)}`).join('&'))

const field = fc.constantFrom(
  'number',
  'new_number',
  'name',
  'revision_number',
  'image_id',
  'serial_number',
  'part_number',
  'new_serial_number',
  'batch_number',
  'sample',
  'metadata',
  'attachments',
  'child_serial_number',
  'team_id',
  'procedure_id',
  '__proto__',
)
const fieldValue = fc.oneof(
  { weight: 3, arbitrary: word },
  fc.constantFrom(null, true, 0, -1, 1e308, [], {}, [[]], 'golden', { a: 1 }, { ['__proto__']: 1 }),
  fc.anything(),
)
const object = fc
  .array(fc.tuple(fc.oneof({ weight: 8, arbitrary: field }, odd), fieldValue), { maxLength: 6 })
  .map((entries) => stringify(Object.fromEntries(entries)))
const body = fc.oneof(
  { weight: 6, arbitrary: object },
  fc.constant(undefined),
  fc.json(),
  odd,
  fc.uint8Array({ maxLength: 50 }),
  fc.constantFrom(
    '['.repeat(20_000),
    '{"a":'.repeat(5_000),
    '{"number":"A","number":"B"}',
    '{"__proto__":{"number":"A"}}',
  ),
)

/** `anything` makes values that JSON does not know. */
function stringify(value: unknown): string {
  try {
    return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? Number(one) : one)) ?? 'null'
  } catch {
    return '{}'
  }
}

const headers = fc.record(
  {
    'content-type': fc.oneof(
      fc.constantFrom(
        'application/json',
        'application/json;charset=x',
        'application/x-www-form-urlencoded',
        'text/plain',
      ),
      odd,
    ),
    authorization: fc.oneof(
      odd,
      odd.map((text) => `Bearer ${text}`),
    ),
    'idempotency-key': word,
  },
  { requiredKeys: [] },
)

const request = fc.record({
  place: fc.oneof({ weight: 9, arbitrary: addressed }, anywhere),
  query,
  body,
  headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, headers),
  key: fc.constantFrom('user', 'user', 'user', 'user', 'station', null),
  delivery: fc.constantFrom('delivered', 'lost', 'pending'),
})

/** JSON, or a page that needs no key. */
function expectAnswer(answer: Answer): void {
  expect(answer.type === 'application/json' ? answer.json : answer.text).toBeDefined()
}

test('no request gives a 5xx, and every refusal has the one shape', { timeout: 120_000 }, async () => {
  const station = await openStation()
  for (const number of ['A', 'L1']) await station.done('POST', '/v2/batches', { body: { number } })
  await station.done('POST', '/v2/parts', { body: { number: 'P' } })
  for (const serial_number of ['S1', 's2'])
    await station.done('POST', '/v2/units', {
      body: { serial_number, part_number: 'P', revision_number: 'A', metadata: { A: 'a', B: 1 } },
    })
  const seen = new Map<number, number>()

  await fc.assert(
    fc.asyncProperty(request, async ({ place, query: what, ...options }) => {
      const target = what === '' ? place.path : `${place.path}?${what}`
      const answer = await station.call(place.method, target, options)
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
      expect(answer.status, answer.text).toBeLessThan(500)
      const expectShape = answer.status === 200 ? expectAnswer : expectErrorShape
      expectShape(answer)
      expect(station.defects).toEqual([])
    }),
    { numRuns: 4_000 },
  )
  expectJournalToExplainRows(station.database, station.ids.station)
  // A fuzzer that never gets through the door proves nothing.
  for (const status of [200, 400, 401, 403, 404, 415])
    expect(seen.get(status) ?? 0, `${status}`).toBeGreaterThan(20)
})
