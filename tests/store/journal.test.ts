import fc from 'fast-check'
import { expect, test } from 'vitest'

import { expectJournalToExplainRows } from '../support/replay.ts'
import { openStation } from '../support/station.ts'

/** Few names in both cases, so that requests meet each other's rows. */
const name = (...names: string[]) => fc.constantFrom(...names, ...names.map((one) => one.toLowerCase()))
const part = name('P', 'Q')
const revision = name('A', 'B')
const lot = name('L', 'M', 'N')
const serial = name('S', 'T', 'U', 'V')
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const sample = fc.constantFrom('golden', 'failing', null)
const metadata = (values: fc.Arbitrary<unknown>) =>
  fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), values)
const value = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
)

type Request = readonly [method: string, target: string, body?: object]
const request = <Values extends unknown[]>(
  make: (...values: Values) => Request,
  ...arbitraries: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> }
) => (fc.tuple(...arbitraries) as fc.Arbitrary<Values>).map((values) => make(...values))

const write: fc.Arbitrary<Request> = fc.oneof(
  request((number) => ['POST', '/v2/batches', { number }], lot),
  request((number, new_number) => ['PATCH', `/v2/batches/${number}`, { new_number }], lot, lot),
  request((number) => ['DELETE', `/v2/batches/${number}`], lot),
  request(
    (number, revision_number) => ['POST', '/v2/parts', { number, revision_number }],
    part,
    optional(revision),
  ),
  request(
    (number, new_number, title) => ['PATCH', `/v2/parts/${number}`, { new_number, name: title }],
    part,
    optional(part),
    optional(fc.string()),
  ),
  request((number) => ['DELETE', `/v2/parts/${number}`], part),
  request((number, rev) => ['POST', `/v2/parts/${number}/revisions`, { number: rev }], part, revision),
  request(
    (number, rev, next, image_id) => [
      'PATCH',
      `/v2/parts/${number}/revisions/${rev}`,
      { number: next, image_id },
    ],
    part,
    revision,
    optional(revision),
    optional(fc.constantFrom('', 'image')),
  ),
  request((number, rev) => ['DELETE', `/v2/parts/${number}/revisions/${rev}`], part, revision),
  {
    weight: 3,
    arbitrary: request(
      (serial_number, part_number, revision_number, more) => [
        'POST',
        '/v2/units',
        { serial_number, part_number, revision_number, ...more },
      ],
      serial,
      part,
      revision,
      fc.record({ sample, metadata: metadata(value) }, { requiredKeys: [] }),
    ),
  },
  {
    weight: 4,
    arbitrary: request(
      (serial_number, change) => ['PATCH', `/v2/units/${serial_number}`, change],
      serial,
      fc.record(
        {
          new_serial_number: serial,
          part_number: part,
          revision_number: revision,
          batch_number: fc.option(lot),
          sample,
          metadata: metadata(fc.option(value)),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  request((one) => ['DELETE', `/v2/units?serial_numbers=${one}`], serial),
  request((one, two) => ['DELETE', `/v2/units?serial_numbers=${one}&serial_numbers=${two}`], serial, serial),
  {
    weight: 3,
    arbitrary: request(
      (parent, child_serial_number) => ['PUT', `/v2/units/${parent}/children`, { child_serial_number }],
      serial,
      serial,
    ),
  },
  request(
    (parent, child) => ['DELETE', `/v2/units/${parent}/children?child_serial_number=${child}`],
    serial,
    serial,
  ),
  request((title) => ['POST', '/v2/stations', { name: title }], fc.constantFrom('Line 1', 'Line 2')),
  request(
    (change) => ['PATCH', '/v2/stations/$station', change],
    fc.record(
      { name: fc.string(), image_id: fc.string(), team_id: fc.option(fc.string()) },
      { requiredKeys: [] },
    ),
  ),
)

/** Requests that start in the same turn share a commit. */
const turns = fc.array(fc.array(write, { minLength: 1, maxLength: 4, size: 'max' }), {
  maxLength: 40,
  size: 'max',
})

/** Without them most requests would find nothing. */
const first: readonly Request[] = [
  ['POST', '/v2/parts', { number: 'P' }],
  ['POST', '/v2/parts', { number: 'Q' }],
  ['POST', '/v2/batches', { number: 'L' }],
  ['POST', '/v2/units', { serial_number: 'S', part_number: 'P', revision_number: 'A' }],
]

test('whatever is written, the rows are what the journal says', { timeout: 120_000 }, async () => {
  let written = 0
  await fc.assert(
    fc.asyncProperty(turns, async (requests) => {
      const station = await openStation()
      for (const turn of [first, ...requests]) {
        const answers = await Promise.all(
          turn.map(([method, target, body], i) =>
            station.call(method, target.replace('$station', station.ids.station), {
              key: i === 3 ? 'station' : 'user',
              body,
            }),
          ),
        )
        for (const { status, text } of answers) expect(status, text).toBeLessThan(500)
        written += answers.filter(({ status }) => status === 200).length
        station.pass(1000)
      }
      expectJournalToExplainRows(station.database, station.ids.station)
      station.close()
    }),
    { numRuns: 80 },
  )
  expect(written, 'too few requests did anything').toBeGreaterThan(1_000)
})
