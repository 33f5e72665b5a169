import { describe, expect, test } from 'vitest'

import type { RunItem } from '../../src/model/run.ts'
import type { UnitItem } from '../../src/model/unit.ts'
import { type BatchYield, batchYield } from '../../src/model/yield.ts'
import { stream } from '../simulation/prng.ts'
import { type StationUnderTest, openStation } from '../support/station.ts'

type Outcome = RunItem['outcome']

interface Bench {
  readonly station: StationUnderTest
  readonly procedure: (name: string) => Promise<string>
  /** A run of two minutes. */
  readonly run: (
    serial: string,
    procedure_id: string,
    outcome: Outcome,
    at: string,
    batch?: string,
  ) => Promise<string>
  readonly yieldOf: (batch: string, time_zone?: string) => Promise<BatchYield>
}

async function openBench(): Promise<Bench> {
  const station = await openStation()
  return {
    station,
    procedure: async (name) => (await station.done('POST', '/v2/procedures', { body: { name } })).id,
    run: async (serial_number, procedure_id, outcome, started_at, batch_number = 'LOT-1') => {
      const ended_at = new Date(Date.parse(started_at) + 120_000).toISOString()
      const body = {
        serial_number,
        procedure_id,
        outcome,
        started_at,
        ended_at,
        part_number: 'P',
        batch_number,
      }
      return (await station.done('POST', '/v2/runs', { body })).id
    },
    yieldOf: async (batch, time_zone = 'UTC') =>
      batchYield.parse(
        await station.done(
          'GET',
          `/station/batches/${batch}/yield?time_zone=${encodeURIComponent(time_zone)}`,
        ),
      ),
  }
}

const MONDAY = '2026-01-05T08:00:00Z'
const TUESDAY = '2026-01-06T08:00:00Z'

describe('a batch', () => {
  test('that nobody tested has counts of nothing', async () => {
    const { station, yieldOf } = await openBench()
    await station.done('POST', '/v2/batches', { body: { number: 'LOT-1' } })
    expect(await yieldOf('lot-1')).toEqual({
      units: 0,
      samples: 0,
      tested: 0,
      first_passed: 0,
      last: [],
      procedures: [],
      days: [],
    })
  })

  test('counts a unit that passed only when tested again as tested, not as passed at the first go', async () => {
    const { procedure, run, yieldOf } = await openBench()
    const fct = await procedure('FCT')
    await run('SN-1', fct, 'PASS', MONDAY)
    await run('SN-2', fct, 'PASS', TUESDAY)
    await run('SN-2', fct, 'FAIL', MONDAY)
    await run('SN-3', fct, 'TIMEOUT', TUESDAY)
    expect(await yieldOf('LOT-1')).toEqual({
      units: 3,
      samples: 0,
      tested: 3,
      first_passed: 1,
      last: [
        { outcome: 'PASS', units: 2 },
        { outcome: 'TIMEOUT', units: 1 },
      ],
      procedures: [{ id: fct, name: 'FCT', tested: 3, first_passed: 1 }],
      days: [
        { day: '2026-01-05', tested: 2, first_passed: 1 },
        { day: '2026-01-06', tested: 1, first_passed: 0 },
      ],
    })
  })

  test('asks of a unit that every procedure passed at its first run', async () => {
    const { procedure, run, yieldOf } = await openBench()
    const ict = await procedure('ICT')
    const fct = await procedure('FCT')
    await run('SN-1', ict, 'PASS', MONDAY)
    await run('SN-1', fct, 'FAIL', TUESDAY)
    await run('SN-2', ict, 'PASS', MONDAY)
    expect(await yieldOf('LOT-1')).toMatchObject({
      tested: 2,
      first_passed: 1,
      procedures: [
        { id: fct, name: 'FCT', tested: 1, first_passed: 0 },
        { id: ict, name: 'ICT', tested: 2, first_passed: 2 },
      ],
      days: [{ day: '2026-01-05', tested: 2, first_passed: 1 }],
    })
  })

  test('leaves samples out, and says how many they are', async () => {
    const { station, procedure, run, yieldOf } = await openBench()
    const fct = await procedure('FCT')
    await run('SN-1', fct, 'PASS', MONDAY)
    await run('GOLD', fct, 'FAIL', MONDAY)
    await station.done('PATCH', '/v2/units/GOLD', { body: { sample: 'golden' } })
    expect(await yieldOf('LOT-1')).toMatchObject({
      units: 1,
      samples: 1,
      tested: 1,
      first_passed: 1,
      last: [{ outcome: 'PASS', units: 1 }],
      procedures: [{ tested: 1 }],
      days: [{ tested: 1 }],
    })
  })

  test('of two runs that began in the same moment believes the one that did not pass', async () => {
    const { procedure, run, yieldOf } = await openBench()
    const fct = await procedure('FCT')
    await run('SN-1', fct, 'PASS', MONDAY)
    await run('SN-1', fct, 'ABORTED', MONDAY)
    await run('SN-2', fct, 'TIMEOUT', MONDAY)
    await run('SN-2', fct, 'PASS', MONDAY)
    expect(await yieldOf('LOT-1')).toMatchObject({ tested: 2, first_passed: 0 })
  })

  test.each([
    ['UTC', ['2026-03-28', '2026-03-29']],
    ['Europe/Berlin', ['2026-03-29']],
    ['America/St_Johns', ['2026-03-28', '2026-03-29']],
    ['Pacific/Kiritimati', ['2026-03-29', '2026-03-30']],
    ['Asia/Kathmandu', ['2026-03-29', '2026-03-30']],
  ])('has its days in the time zone %s', async (zone, days) => {
    const { procedure, run, yieldOf } = await openBench()
    const fct = await procedure('FCT')
    await run('SN-1', fct, 'PASS', '2026-03-28T23:30:00Z')
    await run('SN-2', fct, 'PASS', '2026-03-29T21:30:00Z')
    expect((await yieldOf('LOT-1', zone)).days.map(({ day }) => day)).toEqual(days)
  })

  test('has its days apart where they meet inside an hour', async () => {
    const { procedure, run, yieldOf } = await openBench()
    const fct = await procedure('FCT')
    await run('SN-1', fct, 'PASS', '2026-03-29T18:10:00Z')
    await run('SN-2', fct, 'PASS', '2026-03-29T18:20:00Z')
    const { days } = await yieldOf('LOT-1', 'Asia/Kathmandu')
    expect(days.map(({ day }) => day)).toEqual(['2026-03-29', '2026-03-30'])
  })

  test('that is not there is not found; a time zone that is none is refused', async () => {
    const { station } = await openBench()
    const ask = (target: string) => station.call('GET', target)
    const gone = await ask('/station/batches/LOT-9/yield?time_zone=UTC')
    expect(gone.status).toBe(404)
    expect(gone.json).toMatchObject({ code: 'NOT_FOUND', message: 'Batch LOT-9 not found' })
    expect((await ask('/station/batches/LOT-9/yield?time_zone=Mars/North')).status).toBe(400)
    expect((await ask('/station/batches/LOT-9/yield')).status).toBe(400)
  })
})

const OUTCOMES: readonly Outcome[] = [
  'PASS',
  'PASS',
  'PASS',
  'PASS',
  'PASS',
  'FAIL',
  'ERROR',
  'TIMEOUT',
  'ABORTED',
]
const BATCHES = ['LOT-1', 'LOT-2']

/** A shop works: runs in any order of time, units that go from batch to batch, samples, and runs that are taken back. */
async function work({ station, procedure, run }: Bench, seed: number): Promise<void> {
  const chance = stream(seed, 'yield')
  const procedures = [await procedure('ICT'), await procedure('FCT'), await procedure('EOL')]
  const runs: string[] = []
  const serials = Array.from({ length: 30 }, (_, i) => `SN-${i}`)
  for (let step = 0; step < 80; step++) {
    const serial = chance.pick(serials)
    const at = new Date(Date.parse(MONDAY) + chance.int(0, 200) * 3_600_000).toISOString()
    runs.push(await run(serial, chance.pick(procedures), chance.pick(OUTCOMES), at, chance.pick(BATCHES)))
    if (chance.chance(0.1)) {
      const [id] = runs.splice(chance.int(0, runs.length - 1), 1)
      await station.done('DELETE', `/v2/runs?ids=${id}`)
    }
    if (chance.chance(0.15)) {
      const body = {
        sample: chance.pick([null, null, 'golden', 'ignored']),
        batch_number: chance.pick([...BATCHES, null]),
      }
      await station.done('PATCH', `/v2/units/${serial}`, { body })
    }
  }
}

/** The same by going through all runs of all units. */
async function naive({ station }: Bench, batch: string): Promise<Omit<BatchYield, 'procedures'>> {
  const { data: members } = await station.done<{ data: UnitItem[] }>(
    'GET',
    `/v2/units?batch_numbers=${batch}&limit=100`,
  )
  const units = members.filter(({ sample }) => sample === null)
  const { data: runs } = await station.done<{ data: RunItem[] }>(
    'GET',
    '/v2/runs?limit=100&sort_by=started_at&sort_order=asc',
  )
  const tested = units.flatMap(({ id, last_run }) => {
    const own = runs.filter(({ unit }) => unit.id === id)
    if (own.length === 0) return []
    const firsts = Object.values(Object.groupBy(own, ({ procedure }) => procedure.id)).map((of) => {
      const { started_at } = of![0]!
      return of!.filter((one) => one.started_at === started_at)
    })
    const passed = firsts.flat().every(({ outcome }) => outcome === 'PASS')
    return [{ passed, day: own[0]!.started_at.slice(0, 10), last: last_run!.outcome }]
  })
  const grouped = (by: 'day' | 'last') =>
    Object.entries(Object.groupBy(tested, (unit) => unit[by])).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return {
    units: units.length,
    samples: members.length - units.length,
    tested: tested.length,
    first_passed: tested.filter(({ passed }) => passed).length,
    last: grouped('last').map(([outcome, of]) => ({ outcome: outcome as Outcome, units: of!.length })),
    days: grouped('day').map(([day, of]) => ({
      day,
      tested: of!.length,
      first_passed: of!.filter(({ passed }) => passed).length,
    })),
  }
}

test.each([1, 2, 3, 4, 5, 6])(
  'after work of every kind the yield is that of all runs, seed %i',
  async (seed) => {
    const bench = await openBench()
    await work(bench, seed)
    for (const batch of BATCHES) {
      const { procedures, ...rest } = await bench.yieldOf(batch)
      expect(rest).toEqual(await naive(bench, batch))
      expect(rest.first_passed).toBeGreaterThan(0)
      expect(rest.first_passed).toBeLessThan(rest.tested)
      expect(procedures.reduce((sum, { tested }) => sum + tested, 0)).toBeGreaterThanOrEqual(rest.tested)
    }
  },
)
