/** [S23] A new station reads a headquarters that has much, beside the database that scripts go on using. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { writePrivateFile } from '../../src/host/folder.ts'
import { openDatabase } from '../../src/main/store/database.ts'
import { firstFileOf } from '../../src/main/store/first-file.ts'
import { createKey } from '../../src/main/store/keys.ts'
import { sql } from '../../src/main/store/sql.ts'
import { type Headquarters, openHeadquarters } from '../../src/main/sync/headquarters.ts'
import type { Operation } from '../../src/model/operation.ts'
import { type RunningStation, startStation, temporaryFolder } from '../support/process.ts'
import { openStation, type StationUnderTest } from '../support/station.ts'
import { backupOf, headOf } from '../simulation/central.ts'
import { type Office, openOffice } from './office.ts'

let office: Office
const lines: Headquarters[] = []
beforeEach(async () => {
  office = await openOffice()
})
afterEach(async () => {
  for (const line of lines.splice(0)) await line.stop()
  await office.close()
})

/** Batches with a hundred units each, and one part. */
function* plant(batches: number, units: number): Generator<Operation> {
  yield { type: 'part.create', id: 'p', number: 'PUMP', name: 'Pump' }
  yield { type: 'revision.create', id: 'r', part_id: 'p', number: 'A' }
  for (let b = 0; b < batches; b += 1) {
    yield { type: 'batch.create', id: `b-${b}`, number: `LOT-${b}` }
    for (let u = 0; u < units; u += 1)
      yield {
        type: 'unit.create',
        id: `u-${b}-${u}`,
        serial_number: `SN-${b}-${u}`,
        revision_id: 'r',
        batch_id: `b-${b}`,
        sample: null,
        metadata: {},
      }
  }
}

async function lineOf(station: StationUnderTest, first_from = 100): Promise<Headquarters> {
  const line = await openHeadquarters({
    files: null,
    store: station.store,
    file: join(station.folder, 'headquarters.json'),
    writePrivate: writePrivateFile,
    newId: () => crypto.randomUUID(),
    chance: () => 0,
    disk_free: () => null,
    interval_ms: 1_000,
    url: office.url,
    code: null,
    first_from,
    log: { info() {}, warn() {} },
  })
  lines.push(line)
  return line
}

/** Lets `passed` questions for pages through and holds the others until `release`. */
function holdPulls(passed: number) {
  const held: (() => void)[] = []
  let open = false
  let count = 0
  office.mischief = (request, _response, go) => {
    if (!request.url!.endsWith('/pull') || open || (count += 1) <= passed) go()
    else held.push(go)
  }
  return {
    isHeld: () => held.length > 0,
    release() {
      open = true
      for (const go of held.splice(0)) go()
    },
  }
}

const until = (condition: () => unknown, timeout = 30_000) =>
  vi.waitUntil(condition, { timeout, interval: 20 })

const counts = ({ database }: StationUnderTest) =>
  database.one(sql`SELECT (SELECT count(*) FROM batches) AS batches, (SELECT count(*) FROM units) AS units`)

test('[S23] scripts go on, what they write meanwhile goes to headquarters, and everything of the station is there', async () => {
  office.fill(plant(50, 100))
  const station = await openStation()
  const { id: procedure_id } = await station.done('POST', '/v2/procedures', { body: { name: 'FCT' } })
  const run = (serial_number: string) => ({
    outcome: 'PASS',
    procedure_id,
    started_at: '2026-01-01T08:00:00Z',
    ended_at: '2026-01-01T08:01:00Z',
    serial_number,
    part_number: 'PUMP',
    batch_number: 'LOT-7',
    phases: [
      {
        name: 'Leak',
        outcome: 'PASS',
        started_at: '2026-01-01T08:00:00Z',
        ended_at: '2026-01-01T08:00:30Z',
      },
    ],
  })
  const before = await station.done('POST', '/v2/runs', { body: run('OWN-1') })
  const line = await lineOf(station)
  const hold = holdPulls(2)
  expect(await line.enroll(office.url, office.invite('Line 7'))).toBe(undefined)
  await until(hold.isHeld)
  expect(existsSync(firstFileOf(station.database.path))).toBe(true)
  const { state, progress } = line.state()
  expect(state).toBe('behind')
  expect(progress).toBeGreaterThan(0)
  expect(progress).toBeLessThan(1)

  // The station knows nothing of headquarters yet, and works.
  expect(await station.done('GET', '/v2/batches')).toMatchObject({
    data: [{ number: 'LOT-7', unit_count: 1 }],
  })
  const during = await station.done('POST', '/v2/runs', { body: run('OWN-2') })
  const retried = { body: { number: 'LOT-OWN' }, headers: { 'idempotency-key': 'once' } }
  const made = await station.done('POST', '/v2/batches', retried)
  const { version } = station.store.commits
  const neighbour = await station.done('POST', '/v2/stations', { body: { name: 'Line 8' } })
  await station.store.commits.write((db) => {
    const made = { name: 'later', created_at: 0 }
    createKey(db, { ...made, id: 'a', key: 'lk_later', owner: { kind: 'user', id: station.ids.user } })
    createKey(db, { ...made, id: 'b', key: 'lk_neighbour', owner: { kind: 'station', id: neighbour.id } })
  })

  hold.release()
  expect(await line.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  expect(station.store.commits.version).toBeGreaterThan(version)
  expect(existsSync(firstFileOf(station.database.path))).toBe(false)
  expect(counts(station)).toEqual({ batches: 51, units: 5_002 })
  const rows = [...office.central.rows.all()].filter(
    ({ noun, deleted, into }) => noun === 'batch' && !deleted && into === null,
  )
  expect(rows).toHaveLength(51)
  // LOT-7 was made at both, and is one.
  expect(await station.done('GET', '/v2/batches?search_query=LOT-7')).toMatchObject({
    data: expect.arrayContaining([expect.objectContaining({ number: 'LOT-7', unit_count: 102 })]),
  })
  expect(await station.done('GET', '/v2/units?search_query=sn-49-99')).toMatchObject({
    data: [{ batch: { number: 'LOT-49' } }],
  })
  for (const { id } of [before, during])
    expect(await station.done('GET', `/v2/runs/${id}`)).toMatchObject({ phases: [{ name: 'Leak' }] })
  expect(await station.done('POST', '/v2/batches', retried)).toEqual(made)
  for (const key of ['user', 'station', 'lk_later', 'lk_neighbour'])
    expect((await station.call('GET', '/v2/batches', { key })).status, key).toBe(200)
  expect(station.database.all(sql`PRAGMA foreign_key_check`)).toEqual([])
})

test('[S23] somebody else reads the file: the station waits with the new one, and works on meanwhile', async () => {
  office.fill(plant(5, 100))
  const station = await openStation()
  const reader = openDatabase(station.database.path, { readonly: true })
  reader.one(sql`SELECT 1 FROM batches`)
  const line = await lineOf(station)
  expect(await line.enroll(office.url, office.invite('Line 7'))).toBe(undefined)
  await until(() => line.state().progress === 1)
  await station.done('POST', '/v2/batches', { body: { number: 'OWN' } })
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(counts(station)).toEqual({ batches: 1, units: 0 })
  await station.done('POST', '/v2/batches', { body: { number: 'OWN-2' } })
  reader.close()
  expect(await line.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  expect(counts(station)).toEqual({ batches: 7, units: 500 })
})

test('[S23] headquarters is restored while it is read: the station reads what there is, page by page', async () => {
  office.fill(plant(10, 100))
  const backup = backupOf(office.central)
  office.fill(
    Array.from({ length: 3_000 }, (_, n) => ({ type: 'batch.create', id: `lost-${n}`, number: `LOST-${n}` })),
  )
  const station = await openStation()
  await station.done('POST', '/v2/batches', { body: { number: 'OWN' } })
  const line = await lineOf(station)
  const hold = holdPulls(1)
  expect(await line.enroll(office.url, office.invite('Line 7'))).toBe(undefined)
  await until(hold.isHeld)
  office.central = { ...backup, epoch: 'epoch-1' }
  hold.release()
  expect(await line.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  expect(station.store.synced.meta(station.store.db)!.cursor.seq).toBe(headOf(office.central).seq)
  expect(await station.done('GET', '/v2/batches?search_query=OWN')).toMatchObject({
    data: [{ number: 'OWN' }],
  })
  expect(await station.done('GET', '/v2/batches?search_query=LOST')).toMatchObject({ data: [] })
})

async function isInSync(station: RunningStation): Promise<boolean> {
  const answer = await station.call('GET', '/station/sync')
  const { state, pending } = (await answer.json()) as { state: string; pending: number }
  return state === 'in_sync' && pending === 0
}

test('[S23] killed while it reads, whenever that is: nothing that was answered is lost, and it ends with everything', async () => {
  office.fill(plant(200, 100))
  const folder = temporaryFolder()
  const args = ['--central', office.url, '--sync-interval', '1', '--enroll', office.invite('Line 7')]
  const first = firstFileOf(join(folder, 'lotkeeper.db'))
  const answered: string[] = []
  for (const [turn, later_ms] of [0, 300, 900].entries()) {
    const station = await startStation(folder, args)
    let seen = Infinity
    for (let n = 0; performance.now() < seen + later_ms; n += 1) {
      const number = `OWN-${turn}-${n}`
      const { status } = await station.call('POST', '/v2/batches', { number })
      expect(status).toBe(200)
      answered.push(number)
      if (seen === Infinity && existsSync(first)) seen = performance.now()
      // A fast PC was through with it before it was killed the last time.
      if (seen === Infinity && turn > 0 && n % 20 === 19 && (await isInSync(station))) break
    }
    await station.stop('SIGKILL')
  }
  // What a process left behind, and nobody finished.
  writeFileSync(first, 'half')
  const station = await startStation(folder, args)
  const count = async (query: string) => {
    let found = 0
    for (let cursor: number | null = 0; cursor !== null;) {
      const page = await station.call('GET', `/v2/batches?limit=100&cursor=${cursor}&search_query=${query}`)
      const { data, meta } = (await page.json()) as { data: unknown[]; meta: { next_cursor: number | null } }
      found += data.length
      cursor = meta.next_cursor
    }
    return found
  }
  await vi.waitUntil(() => isInSync(station), { timeout: 60_000, interval: 100 })
  expect(await count('LOT-')).toBe(200)
  expect(await count('OWN-')).toBe(answered.length)
  const there = new Set(
    [...office.central.rows.all()].flatMap(({ noun, name }) => (noun === 'batch' ? name : [])),
  )
  expect(answered.filter((number) => !there.has(number))).toEqual([])
  expect(existsSync(first)).toBe(false)
  await station.stop()
})
