import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { writePrivateFile } from '../../src/host/folder.ts'
import { accept } from '../../src/main/store/accept.ts'
import { linkProcedure } from '../../src/main/store/links.ts'
import { sql } from '../../src/main/store/sql.ts'
import { type Headquarters, openHeadquarters } from '../../src/main/sync/headquarters.ts'
import { openStation, START, type StationUnderTest } from '../support/station.ts'
import { backupOf, headOf, newCentral } from '../simulation/central.ts'
import { type Office, openOffice } from './office.ts'

let office: Office
const lines: Headquarters[] = []
let stations = 0

beforeEach(async () => {
  office = await openOffice()
})
afterEach(async () => {
  stations = 0
  for (const line of lines.splice(0)) await line.stop()
  await office.close()
})

type Log = Parameters<typeof openHeadquarters>[0]['log']

const silent: Log = { info() {}, warn() {} }

async function lineOf(
  station: StationUnderTest,
  code: string | null = null,
  log: Log = silent,
): Promise<Headquarters> {
  let ids = 0
  const prefix = Math.random().toString(16).slice(2, 10)
  const line = await openHeadquarters({
    files: null,
    store: station.store,
    file: join(station.folder, 'headquarters.json'),
    writePrivate: writePrivateFile,
    newId: () => `${prefix}-${(ids += 1)}-aaaaaaaa`,
    chance: Math.random,
    disk_free: () => null,
    interval_ms: 1_000,
    url: office.url,
    code,
    log,
  })
  lines.push(line)
  return line
}

/**
 * Two stations with other ids than each other.
 * @param before what the station does before it has a headquarters
 */
async function enrolled(
  name: string,
  before?: (station: StationUnderTest) => Promise<unknown>,
): Promise<{ station: StationUnderTest; line: Headquarters }> {
  const station = await openStation()
  // Ids of a station under test count up from one: each of them shall have its own.
  stations += 1
  for (let n = 0; n < stations * 1_000; n += 1) station.store.author({ kind: 'user', id: '' })
  await before?.(station)
  const line = await lineOf(station)
  expect(await line.enroll(office.url, office.invite(name))).toBe(undefined)
  return { station, line }
}

test('enrolment keeps what the station did before, under the id that headquarters gives', async () => {
  const station = await openStation()
  await station.done('POST', '/v2/batches', { body: { number: 'LOT-1' } })
  await station.done('POST', '/v2/batches', { body: { number: 'LOT-2' }, key: 'station' })
  const line = await lineOf(station)
  expect(line.state()).toMatchObject({ state: 'no_headquarters', pending: 2 })
  expect(await line.enroll(office.url, office.invite('Line 7'))).toBe(undefined)
  expect(await line.round()).toMatchObject({ state: 'in_sync', pending: 0, conflicts: 0, cause: null })
  const rows = [...office.central.rows.all()].filter(({ noun }) => noun === 'batch')
  expect(rows.map(({ name, created_by_station_id }) => [name, created_by_station_id])).toEqual([
    ['LOT-1', null],
    ['LOT-2', 'station-1'],
  ])
  const { data } = await station.done<{ data: { created_by_station: unknown }[] }>('GET', '/v2/batches')
  expect(data.map((batch) => batch.created_by_station)).toContainEqual({ id: 'station-1', name: 'Line 7' })
  const file = join(station.folder, 'headquarters.json')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ station_id: 'station-1', url: office.url })
  const others = process.platform === 'win32' ? 0 : statSync(file).mode & 0o077
  expect(others).toBe(0)
})

const run = (procedure_id: string, serial_number: string, outcome = 'PASS') => ({
  outcome,
  procedure_id,
  started_at: '2026-01-01T08:00:00Z',
  ended_at: '2026-01-01T08:01:00Z',
  serial_number,
  part_number: 'P',
  batch_number: 'LOT-1',
})

test('a link and runs from before the enrolment stand at headquarters for the station as it is called there', async () => {
  const station = await openStation()
  const { id } = await station.done('POST', '/v2/procedures', { body: { name: 'FCT' } })
  await station.store.commits.write((db) =>
    linkProcedure(db, station.store.author({ kind: 'user', id: station.ids.user }), station.ids.station, id),
  )
  await station.done('POST', '/v2/runs', { body: run(id, 'A'), key: 'station' })
  const line = await lineOf(station)
  expect(await line.enroll(office.url, office.invite('Line 7'))).toBe(undefined)
  expect(await line.round()).toMatchObject({ state: 'in_sync', pending: 0, conflicts: 0 })
  const rows = [...office.central.rows.all()]
  expect(rows.find(({ noun }) => noun === 'link')?.fields).toMatchObject({
    station_id: 'station-1',
    procedure_id: id,
  })
  expect(rows.find(({ noun }) => noun === 'run')).toMatchObject({ created_by_station_id: 'station-1' })
  await station.done('POST', '/v2/runs', { body: run(id, 'B'), key: 'station' })
})

test('one unit tested at two stations that do not know of each other is one unit with both runs', async () => {
  const a = await enrolled('A')
  const b = await enrolled('B')
  const { id } = await a.station.done('POST', '/v2/procedures', { body: { name: 'FCT' } })
  await a.line.round()
  await b.line.round()
  await a.station.done('POST', '/v2/runs', { body: run(id, 'SN-1') })
  await b.station.done('POST', '/v2/runs', { body: run(id, 'sn-1', 'FAIL') })
  for (const { line } of [a, b, a]) await line.round()
  for (const { station } of [a, b]) {
    const { data } = await station.done<{ data: { outcome: string; unit: { serial_number: string } }[] }>(
      'GET',
      '/v2/runs?sort_by=outcome',
    )
    // Whichever of the two sent first gave the unit its writing.
    expect(data.map(({ outcome, unit }) => [outcome, unit.serial_number.toLowerCase()])).toEqual([
      ['PASS', 'sn-1'],
      ['FAIL', 'sn-1'],
    ])
    expect(await station.done('GET', '/v2/batches')).toMatchObject({
      data: [{ number: 'LOT-1', unit_count: 1 }],
    })
    expect(await station.done('GET', `/v2/procedures/${id}`)).toMatchObject({ runs_count: 2 })
  }
})

test('a code is spent once, and a lost answer is asked for again', async () => {
  const station = await openStation()
  const line = await lineOf(station)
  const code = office.invite('Line 1')
  office.mischief = (_request, response, go) => {
    office.mischief = null
    const { socket } = response
    const end = response.end.bind(response)
    response.end = (() => (socket?.destroy(), response)) as typeof end
    go()
  }
  expect(await line.enroll(office.url, code)).toMatchObject({
    reason: 'cut_off',
    message: expect.stringMatching(/cut off/) as string,
  })
  expect(await line.enroll(office.url, code)).toBe(undefined)
  const other = await openStation()
  expect(await (await lineOf(other)).enroll(office.url, code)).toEqual({
    reason: 'code_spent',
    message: 'Headquarters refuses: This code was used already',
    technical: null,
  })
  expect(await (await lineOf(other)).enroll(office.url, 'nonsense')).toMatchObject({ reason: 'code_unknown' })
})

test('[S12] while headquarters that was restored is read anew the station says so, and then it is over', async () => {
  const { station, line } = await enrolled('A')
  await station.done('POST', '/v2/batches', { body: { number: 'LOT-1' } })
  expect(await line.round()).toMatchObject({ state: 'in_sync', cause: null })
  office.central = newCentral('epoch-1')
  const said = new Set<string | null>()
  office.mischief = (_request, _response, go) => {
    said.add(line.state().cause)
    go()
  }
  for (let i = 0; i < 20 && ![...office.central.rows.all()].some(({ name }) => name === 'LOT-1'); i++)
    await line.round()
  expect([...office.central.rows.all()].map(({ name }) => name)).toContain('LOT-1')
  expect(said).toContain('restored')
  expect(await line.round()).toMatchObject({ state: 'in_sync', cause: null, pending: 0 })
})

test('where the settings say that headquarters is, a code is spent there or nowhere', async () => {
  const station = await openStation()
  const line = await lineOf(station)
  expect(line.address()).toEqual({ url: office.url, by_settings: true })
  const code = office.invite('Line 1')
  expect(await line.enroll('http://127.0.0.1:9/', code)).toMatchObject({
    reason: 'other_address',
    message: expect.stringContaining(`headquarters is at ${office.url}`) as string,
  })
  expect(line.state().state).toBe('no_headquarters')
  expect(await line.enroll(`${office.url}/`, code)).toBe(undefined)
})

test('a batch says which others were joined into it, and where those were made', async () => {
  const a = await enrolled('A')
  const b = await enrolled('B')
  await a.station.done('POST', '/v2/batches', { body: { number: 'LOT-7' }, key: 'station' })
  await b.station.done('POST', '/v2/batches', { body: { number: 'lot-7' } })
  await a.line.round()
  await b.line.round()
  await a.line.round()
  for (const { station } of [a, b]) {
    const { data } = await station.done<{ data: { id: string; number: string }[] }>('GET', '/v2/batches')
    expect(data).toHaveLength(1)
    const joined = await station.done('GET', `/station/joined?id=${data[0]!.id}`)
    // Each sends by itself what it accepted: either may come first, and is the one that stays.
    const other =
      data[0]!.number === 'LOT-7'
        ? { number: 'lot-7', created_by_user: { name: 'Ada' }, station: { name: 'B' } }
        : { number: 'LOT-7', created_by_user: null, station: { name: 'A' } }
    expect(joined).toMatchObject({ data: [{ ...other, created_at: START }] })
  }
})

test('a station is met on the page that brings what it made', async () => {
  const a = await enrolled('A')
  await a.station.done('POST', '/v2/batches', { body: { number: 'LOT-A' }, key: 'station' })
  await a.line.round()
  const b = await enrolled('B')
  await b.line.round()
  expect(b.line.state()).toMatchObject({ state: 'in_sync' })
  expect(await b.station.done('GET', '/v2/batches')).toMatchObject({
    data: [{ number: 'LOT-A', created_by_station: { name: 'A' } }],
  })
})

test('two stations see what the other does, and scripts never wait for it', async () => {
  const a = await enrolled('A')
  const b = await enrolled('B')
  await a.station.done('POST', '/v2/batches', { body: { number: 'LOT-A' } })
  await b.station.done('POST', '/v2/batches', { body: { number: 'LOT-B' }, key: 'station' })
  await a.line.round()
  await b.line.round()
  await a.line.round()
  for (const { station, line } of [a, b]) {
    expect(line.state()).toMatchObject({ state: 'in_sync', pending: 0 })
    const { data } = await station.done<{ data: { number: string }[] }>('GET', '/v2/batches?sort_by=number')
    expect(data.map(({ number }) => number).toSorted()).toEqual(['LOT-A', 'LOT-B'])
  }
})

test('a change reaches another station within the time of a round trip, by the question that waits', async () => {
  const a = await enrolled('A')
  const b = await enrolled('B')
  await a.line.round()
  await b.line.round()
  await a.station.done('POST', '/v2/batches', { body: { number: 'LOT-A' } })
  await expect
    .poll(async () => (await b.station.call('GET', '/v2/batches/LOT-A')).status, { timeout: 8_000 })
    .toBe(200)
  await expect.poll(() => a.line.state().state, { timeout: 8_000 }).toBe('in_sync')
})

test('one lot made at two stations is one lot; its two ids go on standing for it', async () => {
  const a = await enrolled('A')
  const b = await enrolled('B')
  await a.station.done('POST', '/v2/parts', { body: { number: 'P', revision_number: 'A' } })
  await a.line.round()
  await b.line.round()
  // B is cut off, so that A is the first whatever the machine is busy with.
  await b.line.stop()
  const first = await a.station.done('POST', '/v2/batches', { body: { number: 'LOT-7' } })
  const second = await b.station.done('POST', '/v2/batches', { body: { number: 'lot-7' } })
  await b.station.done('POST', '/v2/units', {
    body: { serial_number: 'S-1', part_number: 'P', revision_number: 'A' },
  })
  await b.station.done('PATCH', '/v2/units/S-1', { body: { batch_number: 'LOT-7' } })
  await a.line.round()
  const line = await lineOf(b.station)
  await line.round()
  for (const id of [first.id, second.id]) {
    const { data } = await b.station.done<{ data: { id: string }[] }>('GET', `/v2/batches?ids=${id}`)
    expect(data.map((batch) => batch.id)).toEqual([first.id])
  }
  const { data } = await b.station.done<{ data: { id: string; summary: string; answers: object[] }[] }>(
    'GET',
    '/station/conflicts',
  )
  expect(data).toMatchObject([
    {
      summary: 'Batch LOT-7 was also made at A, 1 unit joined',
      about: { kind: 'merged', noun: 'batch', name: 'LOT-7', at: 'A', units: 1 },
      answers: [
        { id: 'same', label: 'Same' },
        { id: 'different', label: 'Different' },
      ],
    },
  ])
  const path = `/station/conflicts/${data[0]!.id}`
  await b.station.done('POST', path, { body: { answer: 'different' } })
  await line.round()
  expect(await b.station.done('GET', '/v2/batches/LOT-7+2')).toMatchObject({
    units: [{ serial_number: 'S-1' }],
  })
  expect(line.state()).toMatchObject({ state: 'in_sync', conflicts: 0 })
  await b.station.done('POST', path, { body: { answer: 'undo' } })
  expect(await b.station.done('GET', '/v2/batches/LOT-7')).toMatchObject({
    units: [{ serial_number: 'S-1' }],
  })
  expect(line.state()).toMatchObject({ conflicts: 1 })
})

test('what stands where two stations gave one part different names is said to be of the one that gave it', async () => {
  const make = (name: string) => (station: StationUnderTest) =>
    station.done('POST', '/v2/parts', { body: { number: 'P', revision_number: 'A', name } })
  const a = await enrolled('Line 1', make('Board'))
  await a.line.round()
  const b = await enrolled('Line 2', make('Card'))
  await b.line.round()
  const { data } = await b.station.done<{ data: { summary: string; about: object }[] }>(
    'GET',
    '/station/conflicts',
  )
  expect(data.find(({ summary }) => summary.includes('twice'))).toMatchObject({
    summary: 'Part P was made twice with another name: here Card, at Line 1 Board. Board stands',
    about: { at: 'Line 1', wanted: 'Card', kept: 'Board' },
  })
})

test('[S15] what was done since a verified backup stands after that was restored, however many pages were read since', async () => {
  const a = await enrolled('A')
  const b = await enrolled('B')
  const unit = { serial_number: 'S-1', part_number: 'P', revision_number: 'A' }
  await a.station.done('POST', '/v2/parts', { body: { number: 'P', revision_number: 'A' } })
  for (const number of ['LOT-1', 'LOT-2']) await a.station.done('POST', '/v2/batches', { body: { number } })
  await a.station.done('POST', '/v2/units', { body: unit })
  await a.station.done('PATCH', '/v2/units/S-1', { body: { batch_number: 'LOT-1' } })
  for (const { line } of [a, b]) await line.round()
  const backup = backupOf(office.central)
  office.safe_seq = headOf(backup).seq
  await b.station.done('PATCH', '/v2/units/S-1', { body: { batch_number: 'LOT-2' } })
  for (let n = 0; n < 90; n += 1) {
    await b.station.done('POST', '/v2/batches', { body: { number: `DAY-${n}` } })
    await b.line.round()
  }
  office.central = backupOf(backup)
  await expect.poll(async () => (await b.line.round()).state).toBe('in_sync')
  expect(await b.station.done('GET', '/station/conflicts')).toEqual({ data: [] })
  expect(await b.station.done('GET', '/v2/units/S-1')).toMatchObject({ batch: { number: 'LOT-2' } })
})

test('[S22] what waits at a restored headquarters for a row of another station is told, and done when that one comes back', async () => {
  const a = await enrolled('A')
  const b = await enrolled('B')
  const unit = { serial_number: 'S-1', part_number: 'P', revision_number: 'A' }
  await a.station.done('POST', '/v2/parts', { body: { number: 'P', revision_number: 'A' } })
  for (const { line } of [a, b]) await line.round()
  const backup = backupOf(office.central)
  await a.station.done('POST', '/v2/batches', { body: { number: 'LOT-7' } })
  for (const { line } of [a, b]) await line.round()
  await b.station.done('POST', '/v2/units', { body: unit })
  await b.station.done('PATCH', '/v2/units/S-1', { body: { batch_number: 'LOT-7' } })
  await b.line.round()
  await a.line.stop()

  const cards = async () =>
    (await b.station.done<{ data: { id: string; summary: string }[] }>('GET', '/station/conflicts')).data
  const batchOf = async () =>
    (await b.station.done<{ batch: { number: string } | null }>('GET', '/v2/units/S-1')).batch?.number
  // Twice: what the second try of a history closed that is lost is open again in the next one.
  for (const _ of [1, 2]) {
    office.central = backupOf(backup)
    await expect.poll(async () => (await b.line.round()).state).toBe('in_sync')
    expect(await batchOf()).toBe(undefined)
    expect((await cards()).map(({ summary }) => summary)).toEqual([
      'Unit S-1 waits for its batch, which headquarters does not know yet',
    ])
    const again = await lineOf(a.station)
    await expect.poll(async () => (await again.round()).state).toBe('in_sync')
    await again.stop()
    await b.line.round()
    expect(await cards()).toEqual([])
    expect(await batchOf()).toBe('LOT-7')
  }
  const said = office.central.commits.flatMap(({ conflicts }) => conflicts)
  const { id } = said.find(({ kind }) => kind === 'answered')!
  const taken = await b.station.call('POST', `/station/conflicts/${id}`, { body: { answer: 'undo' } })
  expect(taken.status).toBe(409)
})

test('each row knows whether it is at headquarters', async () => {
  const { station, line } = await enrolled('A')
  await line.round()
  office.mischief = (_request, response) => void response.writeHead(502).end('<html>Bad Gateway</html>')
  const { id } = await station.done('POST', '/v2/batches', { body: { number: 'LOT-1' } })
  const where = async () =>
    (
      await station.done<{ data: { where: string; why: string | null }[] }>(
        'GET',
        `/station/whereabouts?ids=${id}`,
      )
    ).data[0]
  expect(await where()).toMatchObject({ where: 'local' })
  expect(await line.round()).toMatchObject({ state: 'offline', cause: 'gateway', pending: 1 })
  office.mischief = null
  expect(await line.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  expect(await where()).toEqual({ id, where: 'headquarters', why: null })
})

const troubles: readonly (readonly [
  cause: string,
  state: string,
  mischief: NonNullable<Office['mischief']>,
])[] = [
  [
    'captive_portal',
    'offline',
    (_request, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Welcome</title>'),
  ],
  [
    'captive_portal',
    'offline',
    (_request, response) => void response.writeHead(302, { location: 'http://x' }).end(),
  ],
  ['gateway', 'offline', (_request, response) => void response.writeHead(502).end('Bad Gateway')],
  ['proxy_login', 'offline', (_request, response) => void response.writeHead(407).end()],
  ['cut_off', 'offline', (_request, response) => void response.socket!.destroy()],
  [
    'cut_off',
    'offline',
    (_request, response, go) => {
      const end = response.end.bind(response)
      response.end = ((body: Buffer) => {
        response.write(body.subarray(0, body.length / 2))
        response.socket!.destroy()
        return response
      }) as typeof end
      go()
    },
  ],
  [
    'foreign',
    'offline',
    (_request, response) => void response.writeHead(404, { 'content-type': 'application/json' }).end('{}'),
  ],
  [
    'busy',
    'offline',
    (_request, response) =>
      void response.writeHead(503, { 'retry-after': '1' }).end('{"lotkeeper":"busy","message":"later"}'),
  ],
  [
    'revoked',
    'refused',
    (_request, response) => void response.writeHead(403).end('{"lotkeeper":"revoked","message":"revoked"}'),
  ],
]

test.for(troubles)('%s is recognised, named, and over when it is over', async ([cause, state, mischief]) => {
  const { station, line } = await enrolled('A')
  await line.round()
  await station.done('POST', '/v2/batches', { body: { number: 'LOT-1' } })
  office.mischief = mischief
  expect(await line.round()).toMatchObject({ state, cause, pending: 1 })
  expect(line.state().detail).toMatch(/^[A-Z].*[^.]$/)
  office.mischief = null
  expect(await line.round()).toMatchObject({ state: 'in_sync', cause: null, pending: 0 })
})

test.for([400, -400])('[S10] a clock that is %i days off decides nothing and is told', async (days) => {
  const { station, line } = await enrolled('A')
  office.wall_ms -= days * 86_400_000
  await station.done('POST', '/v2/batches', { body: { number: 'LOT-1' } })
  const state = await line.round()
  expect(state).toMatchObject({ state: 'in_sync', pending: 0, cause: 'clock' })
  expect(state.detail).toMatch(days > 0 ? /clock is 400 d ahead of/ : /clock is 400 d behind/)
})

test.for([400, -400])(
  '[S10] rows made by a clock that is %i days off have headquarters’ time everywhere, in lists and searches too',
  async (days) => {
    const a = await enrolled('A')
    const b = await enrolled('B')
    const right = (minutes: number) => new Date(office.wall_ms - minutes * 60_000).toISOString()
    const lot = async ({ station }: typeof a, number: string) => {
      await station.done('POST', '/v2/batches', { body: { number } })
      const unit = { serial_number: `S-${number}`, part_number: 'PCB', revision_number: 'R1' }
      await station.done('POST', '/v2/units', { body: unit })
      await station.done('PATCH', `/v2/units/S-${number}`, { body: { batch_number: number } })
    }
    await b.station.done('POST', '/v2/parts', { body: { number: 'PCB', revision_number: 'R1' } })
    await lot(b, 'LOT-FIRST')
    await b.line.round()
    await a.line.round()
    await b.line.stop()
    office.wall_ms += 10 * 60_000
    a.station.pass(days * 86_400_000 + 10 * 60_000)
    await lot(a, 'LOT-OFF')
    a.station.pass(30 * 60_000)
    await lot(a, 'LOT-NEXT')
    // A station shows its own clock's time until it hears of a better one.
    expect(await a.station.done('GET', '/v2/batches/LOT-OFF')).not.toMatchObject({ created_at: right(0) })
    a.station.pass(60 * 60_000)
    office.wall_ms += 90 * 60_000
    await a.line.round()
    const line = await lineOf(b.station)
    await line.round()
    for (const { station } of [a, b])
      for (const filter of ['search_query=lot', 'part_numbers=PCB', 'revision_numbers=R1']) {
        const { data } = await station.done<{ data: object[] }>('GET', `/v2/batches?sort_order=asc&${filter}`)
        expect(data, filter).toMatchObject([
          { number: 'LOT-FIRST', created_at: right(100) },
          { number: 'LOT-OFF', created_at: right(90) },
          { number: 'LOT-NEXT', created_at: right(60) },
        ])
      }
  },
)

test('a process that ends in the middle goes on where it was', async () => {
  const { station, line } = await enrolled('A')
  for (let n = 0; n < 30; n += 1) await station.done('POST', '/v2/batches', { body: { number: `LOT-${n}` } })
  await line.stop()
  lines.splice(lines.indexOf(line), 1)
  station.store.synced.forget()
  const again = await lineOf(station)
  expect(await again.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  // The station's own row, and thirty lots.
  expect(headOf(office.central).seq).toBe(31)
})

const archived = ({ database }: StationUnderTest) =>
  database.one<{ n: number }>({ text: 'SELECT count(*) AS n FROM archive', values: [] })!.n

test('[S14] what a verified backup holds leaves the archive, however much it is; the rest stays', async () => {
  const { station, line } = await enrolled('A')
  for (let n = 0; n < 250; n += 1) await station.done('POST', '/v2/batches', { body: { number: `LOT-${n}` } })
  await line.round()
  expect(archived(station)).toBe(250)
  // The station's own row is change 1.
  office.safe_seq = 241
  await line.round()
  expect(archived(station)).toBe(10)
  await station.done('POST', '/v2/batches', { body: { number: 'LAST' } })
  await line.round()
  expect(archived(station)).toBe(11)
})

test('without a verified backup the archive ends after 90 days, and only if both clocks say so', async () => {
  const { station, line } = await enrolled('A')
  const days = (count: number) => count * 86_400_000
  const more = async (number: string) => {
    await station.done('POST', '/v2/batches', { body: { number } })
    await line.round()
  }
  await more('LOT-1')
  office.wall_ms += days(400)
  await more('LOT-2')
  expect(archived(station)).toBe(2)
  station.pass(days(91))
  await more('LOT-3')
  expect(archived(station)).toBe(2)
  office.wall_ms -= days(400)
  await more('LOT-4')
  expect(archived(station)).toBe(3)
})

test('[S19] while a page is laid down, the next one is on its way, and is asked for once', async () => {
  const { station, line } = await enrolled('A')
  await line.round()
  await line.stop()
  office.fill(
    Array.from({ length: 700 }, (_, n) => ({ type: 'batch.create', id: `b-${n}`, number: `LOT-${n}` })),
  )
  const from = station.store.synced.meta(station.store.db)!.cursor.seq
  const pulls: number[] = []
  office.mischief = (request, _response, go) => {
    if (request.url!.endsWith('/pull'))
      pulls.push(station.store.synced.meta(station.store.db)!.cursor.seq - from)
    go()
  }
  const again = await lineOf(station)
  expect(await again.round()).toMatchObject({ state: 'in_sync' })
  expect(await station.done('GET', '/v2/batches?search_query=LOT-699')).toMatchObject({
    data: [{ number: 'LOT-699' }],
  })
  // Four pages of at most 200. What says that the feed ends there is asked for once more, when nothing is before it.
  const [first, second, third, fourth, again_fourth] = pulls
  expect(first).toBe(0)
  expect(second).toBeLessThan(200)
  expect(third).toBeLessThan(400)
  expect(fourth).toBeLessThan(600)
  expect(again_fourth).toBe(600)
})

/** A part and its revision that another station made as well, and units of it that wait in batches of ten. */
async function manyOfOneRevision(units: number) {
  const other = await enrolled('Other')
  const station = await openStation()
  const make = async (to: StationUnderTest) => {
    await to.done('POST', '/v2/parts', { body: { number: 'PCB', name: 'Board' } })
    await to.done('POST', '/v2/parts/PCB/revisions', { body: { number: 'B' } })
  }
  await make(other.station)
  await other.line.round()
  await make(station)
  const unit = (n: number) => ({ part_number: 'PCB', revision_number: 'B', serial_number: `SN-${n}` })
  for (let lot = 0; lot < units / 10; lot += 1) {
    await station.done('POST', '/v2/batches', { body: { number: `LOT-${lot}` } })
    const numbers = Array.from({ length: 10 }, (_, n) => 10 * lot + n)
    await Promise.all(numbers.map((n) => station.done('POST', '/v2/units', { body: unit(n) })))
    const body = { batch_number: `LOT-${lot}` }
    await Promise.all(numbers.map((n) => station.done('PATCH', `/v2/units/SN-${n}`, { body })))
  }
  return { station, line: await lineOf(station), unit }
}

const revisionsOf = (station: StationUnderTest) =>
  station.store.db.all<{ id: string; units: number }>(sql`
    SELECT r.id, count(*) AS units FROM units u JOIN revisions r ON r.pk = u.revision_pk GROUP BY r.id`)

test('[S17] what makes hundreds of waiting operations come out otherwise is worked out while scripts go on writing', async () => {
  const { station, line, unit } = await manyOfOneRevision(300)
  const mine = revisionsOf(station)
  const beside = vi.spyOn(station.store, 'snapshot')
  const joined = line.enroll(office.url, office.invite('Mine')).then(() => line.round())
  let written = 0
  for (; revisionsOf(station)[0]!.id === mine[0]!.id; written += 1) {
    await station.done('POST', '/v2/units', { body: unit(1_000 + written), key: 'user' })
    await sleep(2)
  }
  await joined
  expect(await line.round()).toMatchObject({ state: 'in_sync', pending: 0, cause: null })
  expect(beside).toHaveBeenCalled()
  const revision = [...office.central.rows.all()].find(
    (row) => row.noun === 'revision' && row.key === 'b' && row.into === null,
  )!
  expect(revision.id).not.toBe(mine[0]!.id)
  expect(revisionsOf(station)).toEqual([{ id: revision.id, units: 300 + written }])
  const there = [...office.central.rows.all()].filter(({ noun }) => noun === 'unit')
  expect(there.length).toBe(300 + written)
  expect(await station.done('GET', '/v2/batches?part_numbers=PCB&limit=1')).toMatchObject({
    data: [{ unit_count: 10 }],
  })
})

/** The disk is full when what was worked out beside is written, the first time. */
function failOnce({ store }: StationUnderTest): void {
  const { commits } = store
  const writes = { writeSoon: commits.writeSoon.bind(commits), writeAlone: commits.writeAlone.bind(commits) }
  let begun = false
  const snapshot = store.snapshot.bind(store)
  vi.spyOn(store, 'snapshot').mockImplementationOnce(() => {
    begun = true
    return snapshot()
  })
  for (const how of ['writeSoon', 'writeAlone'] as const)
    vi.spyOn(commits, how).mockImplementation((work) => {
      if (!begun) return writes[how](work)
      begun = false
      return writes[how]((db) => {
        work(db)
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
      })
    })
}

test('[S17] a disk that does not take what was worked out beside has taken nothing, and takes it later', async () => {
  const { station, line } = await manyOfOneRevision(100)
  const mine = revisionsOf(station)
  failOnce(station)
  await line.enroll(office.url, office.invite('Mine'))
  expect(await line.round()).toMatchObject({ state: 'offline', cause: 'disk' })
  expect(revisionsOf(station)).toEqual(mine)
  expect(await line.round()).toMatchObject({ state: 'in_sync', pending: 0, cause: null })
  expect(revisionsOf(station)).not.toEqual(mine)
})

test('who writes without a pause does not keep from headquarters what was written', async () => {
  const { station, line } = await enrolled('A')
  expect(await line.round()).toMatchObject({ state: 'in_sync' })
  const there = () => [...office.central.rows.all()].some(({ name }) => name === 'LOT-0')
  for (let n = 0; !there(); n += 1) {
    await station.done('POST', '/v2/batches', { body: { number: `LOT-${n}` } })
    await sleep(2)
  }
  expect(await line.round()).toMatchObject({ state: 'in_sync' })
})

/** A station whose memory is a copy of another's, which has made three batches since. It waits for no headquarters yet. */
async function resumedTwice() {
  const other = await enrolled('Other')
  const { station, line } = await enrolled('Mine')
  expect(await line.round()).toMatchObject({ state: 'in_sync' })
  await line.stop()
  station.redraw(other.station.redraw())
  const drawn = station.redraw()
  await make(other.station, 'THEIRS', 3)
  expect(await other.line.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  return { other, station, drawn }
}

/** As the API does it, without waiting for a turn of the event loop. */
function renameNow({ store, ids }: StationUnderTest, n: number): Promise<unknown> {
  return store.commits.write((db) => {
    const { id } = db.one<{ id: string }>(sql`SELECT id FROM batches WHERE number = ${`MINE-${n}`}`)!
    const author = store.author({ kind: 'user', id: ids.user })
    return accept(db, author, { type: 'batch.rename', id, number: `OUR-MINE-${n}` })
  })
}

test('[S18] what was made under ids that another machine was given too is made under others, with what is written at that moment', async () => {
  const { other, station } = await resumedTwice()
  await make(station, 'MINE', 100)
  const line = await lineOf(station)
  const renamed = new Set<number>()
  const renames: Promise<unknown>[] = []
  const rename = (n: number) => {
    if (renamed.has(n)) return
    renamed.add(n)
    const body = { new_number: `OUR-MINE-${n}` }
    renames.push(station.done('PATCH', `/v2/batches/MINE-${n}`, { body }))
  }
  const stop = station.store.commits.onCommit(() => renamed.size < 50 && rename(3 + renamed.size))
  // Were it worked out beside, what is written meanwhile would name ids that are being given up.
  const snapshot = station.store.snapshot.bind(station.store)
  vi.spyOn(station.store, 'snapshot').mockImplementation(() => {
    const still = snapshot()
    const n = office.central.incidents.filter(({ kind }) => kind === 'collision').length - 1
    if (n >= 0 && !renamed.has(n)) renames.push(renameNow(station, n))
    if (n >= 0) renamed.add(n)
    station.store.commits.flush()
    return still
  })
  await line.round()
  await expect.poll(() => renamed.size).toBeGreaterThanOrEqual(50)
  stop()
  await Promise.all(renames)
  await expect.poll(() => line.round()).toMatchObject({ state: 'in_sync', pending: 0, conflicts: 0 })
  await other.line.round()
  const mine = Array.from({ length: 100 }, (_, n) => `${renamed.has(n) ? 'OUR-' : ''}MINE-${n}`)
  expect(office.central.incidents.map(({ kind }) => kind)).toContain('collision')
  expect(batchesThere()).toEqual([...mine, 'THEIRS-0', 'THEIRS-1', 'THEIRS-2'].toSorted())
  expect(batchesHere(station)).toEqual(batchesThere())
  expect(batchesHere(other.station)).toEqual(batchesThere())
})

test('[S18] what another machine made under the same ids, and came first, is never taken for what is asked here', async () => {
  const { station, drawn } = await resumedTwice()
  const line = await lineOf(station)
  expect(await line.round()).toMatchObject({ state: 'in_sync' })
  expect(batchesHere(station)).toEqual(['THEIRS-0', 'THEIRS-1', 'THEIRS-2'])
  expect(station.redraw()).toBe(drawn)
  const answers = await Promise.all(
    [0, 1, 2, 3].map((n) => station.call('POST', '/v2/batches', { body: { number: `MINE-${n}` } })),
  )
  expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 200])
  await make(station, 'MINE', 3)
  await expect.poll(() => line.round()).toMatchObject({ state: 'in_sync', pending: 0, conflicts: 0 })
  const all = ['MINE-0', 'MINE-1', 'MINE-2', 'MINE-3', 'THEIRS-0', 'THEIRS-1', 'THEIRS-2']
  expect(batchesThere()).toEqual(all)
  expect(batchesHere(station)).toEqual(all)
})

/** A station whose headquarters is restored from a backup that lacks the last 100 of its batches. */
async function bereaved(): Promise<Awaited<ReturnType<typeof enrolled>>> {
  const a = await enrolled('A')
  await make(a.station, 'KEPT', 100)
  await a.line.round()
  const backup = backupOf(office.central)
  await make(a.station, 'LOST', 100)
  expect(await a.line.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  office.central = backup
  return a
}

async function make(station: StationUnderTest, name: string, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1)
    await station.done('POST', '/v2/batches', { body: { number: `${name}-${n}` } })
}

const batchesThere = () =>
  [...office.central.rows.all()]
    .flatMap(({ noun, name, deleted }) => (noun === 'batch' && !deleted ? name : []))
    .toSorted()

const batchesHere = ({ store }: StationUnderTest) =>
  store.db
    .all<{ number: string }>(sql`SELECT number FROM batches`)
    .map(({ number }) => number)
    .toSorted()

test('[S15] [S17] a new history is worked out while scripts go on writing, and what they write is in it', async () => {
  const { station, line } = await bereaved()
  const before = batchesHere(station)
  const snapshot = station.store.snapshot.bind(station.store)
  const written: Promise<unknown>[] = []
  vi.spyOn(station.store, 'snapshot').mockImplementation(() => {
    written.push(
      make(station, 'MEANWHILE', 5),
      station.done('PATCH', '/v2/batches/LOST-7', { body: { new_number: 'FOUND-7' } }),
      station.done('DELETE', '/v2/batches/KEPT-7'),
    )
    return snapshot()
  })
  await line.round()
  expect(written.length).toBe(3)
  await Promise.all(written)
  await expect.poll(() => line.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  const meanwhile = Array.from({ length: 5 }, (_, n) => `MEANWHILE-${n}`)
  const others = before.filter((number) => !['LOST-7', 'KEPT-7'].includes(number))
  expect(batchesHere(station)).toEqual([...others, 'FOUND-7', ...meanwhile].toSorted())
  // What was read beside is put away.
  expect(station.store.db.all(sql`SELECT id FROM stage_rows`)).toEqual([])
  expect(batchesThere()).toEqual(batchesHere(station))
})

test('[S15] a disk that does not take a new history has taken nothing of it, and takes it later', async () => {
  const { station, line } = await bereaved()
  const before = batchesHere(station)
  failOnce(station)
  expect(await line.round()).toMatchObject({ state: 'offline', cause: 'disk' })
  expect(batchesHere(station)).toEqual(before)
  expect(batchesThere().length).toBe(100)
  await expect.poll(() => line.round()).toMatchObject({ state: 'in_sync', pending: 0, cause: null })
  expect(batchesHere(station)).toEqual(before)
  expect(batchesThere()).toEqual(before)
})

/** What its log warns of. */
async function reopened(station: StationUnderTest): Promise<{ line: Headquarters; warned: string[] }> {
  for (const line of lines.splice(0)) await line.stop()
  const warned: string[] = []
  const warn: Log['warn'] = (_fields, message) => warned.push(message)
  return { line: await lineOf(station, null, { ...silent, warn }), warned }
}

test('[S15] the log of a station says that headquarters has another history, and what of its own it lacked', async () => {
  const { station } = await bereaved()
  const { line, warned } = await reopened(station)
  await expect.poll(() => line.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  expect(warned).toEqual([
    expect.stringMatching(/another history.*restore from a backup.*read from its beginning/),
    "the new history of headquarters is read: of this station's changes, 100 that it lacks are sent again",
  ])
})

test('[S13] the log of a station whose data was set back says so, and nothing is lost', async () => {
  const { station, line: first } = await enrolled('A')
  await make(station, 'BEFORE', 3)
  await first.round()
  const copy = join(station.folder, 'copy.db')
  await station.database.copyTo(copy)
  await make(station, 'AFTER', 3)
  await first.round()
  for (const line of lines.splice(0)) await line.stop()
  station.database.replaceWith(copy)
  station.store.synced.forget()
  const { line, warned } = await reopened(station)
  await make(station, 'SINCE', 1)
  await expect.poll(() => line.round()).toMatchObject({ state: 'in_sync', pending: 0 })
  expect(warned).toEqual([expect.stringMatching(/set back to an earlier day, or copied.*sent again/)])
  expect(batchesThere()).toEqual([
    'AFTER-0',
    'AFTER-1',
    'AFTER-2',
    'BEFORE-0',
    'BEFORE-1',
    'BEFORE-2',
    'SINCE-0',
  ])
  expect(batchesHere(station)).toEqual(batchesThere())
})
