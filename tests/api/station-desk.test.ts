import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { deskEndpoints } from '../../src/model/desk.ts'
import { headquartersEndpoints } from '../../src/model/headquarters.ts'
import { START, openStation } from '../support/station.ts'

const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }

test('the station says who it is and who asks', async () => {
  const station = await openStation()
  expect(await station.done('GET', '/station/identity')).toMatchObject({
    station: { id: station.ids.station, name: 'Line 1' },
    caller: { kind: 'user', id: station.ids.user, name: 'Ada' },
  })
  expect(await station.done('GET', '/station/identity', { key: 'station' })).toMatchObject({
    caller: { kind: 'station', name: 'Line 1' },
  })
  expect((await station.call('GET', '/station/identity', { key: null })).status).toBe(401)
})

test('settings start with defaults, are kept, and a bad one is refused', async () => {
  const station = await openStation()
  const before = await station.done<Record<string, unknown>>('GET', '/station/settings')
  expect(before).toMatchObject({ language: 'system', sounds: true, scanner: { suffix: 'enter', gap_ms: 50 } })
  await station.done('PUT', '/station/settings', { body: { ...before, language: 'fr' } })
  await station.restart()
  expect(await station.done('GET', '/station/settings')).toMatchObject({ language: 'fr' })
  expect((await station.call('PUT', '/station/settings', { body: { language: 'xx' } })).status).toBe(400)
})

test('no headquarters is said plainly, with what is only here', async () => {
  const station = await openStation()
  expect(await station.done('GET', '/station/sync')).toMatchObject({ state: 'no_headquarters', pending: 0 })
  const { id } = await station.done('POST', '/v2/batches', { body: { number: 'B-1' } })
  expect(await station.done('GET', '/station/sync')).toEqual({
    state: 'no_headquarters',
    pending: 1,
    conflicts: 0,
    last_success_at: null,
    oldest_pending_at: START,
    progress: null,
    cause: null,
    detail: null,
    technical: null,
    clock_skew_ms: null,
    disk_free_bytes: null,
  })
  expect(await station.done('GET', `/station/only-here?ids=${id}&ids=other`)).toEqual({ ids: [id] })
  expect(await station.done('GET', '/station/conflicts')).toEqual({ data: [] })
  expect((await station.call('POST', '/station/conflicts/1', { body: { answer: 'a' } })).status).toBe(404)
  expect(await station.done('GET', '/station/totals')).toEqual({ batches: 1, units: 0 })
})

test('days are counted from each bound to the next, the first included and the last not', async () => {
  const station = await openStation()
  await station.done('POST', '/v2/batches', { body: { number: 'B-1' } })
  station.pass(86_400_000)
  await station.done('POST', '/v2/batches', { body: { number: 'B-2' } })
  await station.done('POST', '/v2/batches', { body: { number: 'B-3' } })
  const bounds = ['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => `bounds=${day}T00:00:00Z`).join('&')
  const { data } = await station.done<{ data: { batches: number }[] }>('GET', `/station/days?${bounds}`)
  expect(data.map(({ batches }) => batches)).toEqual([1, 2])
  expect((await station.call('GET', '/station/days?bounds=2026-01-01T00:00:00Z')).status).toBe(400)
})

test('who waits for changes hears of the next one, and at once of one that was missed', async () => {
  const station = await openStation()
  const { version } = await station.done<{ version: string }>('GET', '/station/changes')
  const waiting = station.done<{ version: string }>('GET', `/station/changes?since=${version}`)
  await station.done('POST', '/v2/batches', { body: { number: 'B-1' } })
  const next = await waiting
  expect(next.version).not.toBe(version)
  expect(await station.done('GET', `/station/changes?since=${version}`)).toEqual(next)
})

/** As the page asks in a browser that was signed in. */
const inPage = (key: string) => ({ key: null, headers: { ...OWN_PAGE, cookie: `lotkeeper_key=${key}` } })

test('a key is made in the page, seen once, used and revoked', async () => {
  const station = await openStation()
  const made = await station.done<{ id: string; key: string }>('POST', '/station/keys', {
    ...inPage('lk_user'),
    body: { kind: 'user', name: 'Grace' },
  })
  expect(await station.done('GET', '/station/identity', { key: made.key })).toMatchObject({
    caller: { name: 'Grace' },
  })
  const { data } = await station.done<{ data: { id: string; current: boolean }[] }>('GET', '/station/keys')
  expect(data).toHaveLength(3)
  expect(JSON.stringify(data)).not.toContain(made.key)
  const own = data.find(({ current }) => current)!
  await station.done('DELETE', `/station/keys/${own.id}`, inPage(made.key))
  expect((await station.call('GET', '/station/keys')).status).toBe(401)
  expect((await station.call('GET', '/station/keys', inPage('lk_user'))).status).toBe(401)
  expect((await station.call('DELETE', `/station/keys/${own.id}`, inPage(made.key))).status).toBe(404)
})

test('a script makes and revokes no keys with its own', async () => {
  const station = await openStation()
  const { data } = await station.done<{ data: { id: string }[] }>('GET', '/station/keys')
  const body = { kind: 'user', name: 'Grace' }
  expect((await station.call('POST', '/station/keys', { body })).status).toBe(403)
  expect((await station.call('DELETE', `/station/keys/${data[0]!.id}`)).status).toBe(403)
})

test('revoking the last user key is refused: nobody could come in any more', async () => {
  const station = await openStation()
  const { data } = await station.done<{ data: { id: string; kind: string }[] }>('GET', '/station/keys')
  const user = data.find(({ kind }) => kind === 'user')!
  const { status, json } = await station.call('DELETE', `/station/keys/${user.id}`, inPage('lk_user'))
  expect(status).toBe(409)
  expect(json).toMatchObject({ code: 'CONFLICT' })
})

test('a station key neither sees nor makes keys', async () => {
  const station = await openStation()
  expect((await station.call('GET', '/station/keys', { key: 'station' })).status).toBe(403)
  const body = { kind: 'user', name: 'X' }
  expect((await station.call('POST', '/station/keys', { key: 'station', body })).status).toBe(403)
})

test('a browser signs in once: its cookie counts in requests of the own page and in no others', async () => {
  const station = await openStation()
  const sign = (key: string, headers: Record<string, string>) =>
    station.call('POST', '/station/session', { key: null, body: { key }, headers })
  expect((await sign('lk_user', { 'sec-fetch-site': 'same-site' })).status).toBe(403)
  expect((await sign('lk_wrong', OWN_PAGE)).status).toBe(401)
  expect((await sign('lk_user', OWN_PAGE)).status).toBe(200)
  expect((await sign('lk_user', { origin: 'http://localhost:4780', host: 'localhost:4780' })).status).toBe(
    200,
  )

  const cookie = 'other=1; lotkeeper_key=lk_user'
  const asked = (headers: Record<string, string>) =>
    station.call('GET', '/v2/batches', { key: null, headers: { cookie, ...headers } })
  expect((await asked(OWN_PAGE)).status).toBe(200)
  expect((await asked({ 'sec-fetch-site': 'same-site' })).status).toBe(401)
  expect((await asked({ 'sec-fetch-site': 'cross-site' })).status).toBe(401)
  expect((await asked({ 'sec-fetch-site': 'none' })).status).toBe(401)
  expect((await asked({ origin: 'http://localhost:3000', host: 'localhost:4780' })).status).toBe(401)
  expect((await asked({})).status).toBe(401)
})

test('docs/station-api.md names every operation', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/station-api.md'), 'utf8')
  const endpoints = [...Object.values(deskEndpoints), ...Object.values(headquartersEndpoints)]
  expect(endpoints.length).toBeGreaterThan(10)
  for (const { method, path } of endpoints) expect(text).toContain(`\`${method} ${path}`)
})
