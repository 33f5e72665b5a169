import { createServer, type Server } from 'node:https'
import { rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer as createListener } from 'node:net'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { writePrivateFile } from '../../src/host/folder.ts'
import { createClient } from '../../src/main/sync/client.ts'
import {
  type Headquarters,
  type HeadquartersParts,
  openHeadquarters,
} from '../../src/main/sync/headquarters.ts'
import { failureOf } from '../../src/main/sync/sight.ts'
import { technicalOf, told, troubleWords } from '../../src/main/sync/trouble.ts'
import { sql } from '../../src/main/store/sql.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import { startStation, temporaryFolder } from '../support/process.ts'
import { openStation, type StationUnderTest } from '../support/station.ts'
import { type Office, openOffice } from './office.ts'
import { type Mischief, openProxy, type Proxy } from './proxy.ts'

let office: Office
let proxy: Proxy
const closing: (() => Promise<void> | void)[] = []

beforeEach(async () => {
  office = await openOffice()
  proxy = await openProxy(office.url, 1)
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  await proxy.close()
  await office.close()
})

const silent = { info() {}, warn() {} }

async function lineOf(
  station: StationUnderTest,
  url: string,
  log: HeadquartersParts['log'] = silent,
): Promise<Headquarters> {
  let ids = 0
  const line = await openHeadquarters({
    store: station.store,
    file: join(station.folder, 'headquarters.json'),
    writePrivate: writePrivateFile,
    newId: () => `trouble-${(ids += 1)}-aaaaaaaaaaaa`,
    chance: () => 0,
    disk_free: () => null,
    interval_ms: 500,
    url,
    code: null,
    files: null,
    log,
  })
  closing.push(() => line.stop())
  return line
}

/** A station behind the proxy that agrees with headquarters, and then has one change to send. */
async function behindProxy(): Promise<Headquarters> {
  const station = await openStation()
  const line = await lineOf(station, proxy.url)
  expect(await line.enroll(proxy.url, office.invite('Line 1'))).toBe(undefined)
  expect(await line.round()).toMatchObject({ state: 'in_sync' })
  await station.done('POST', '/v2/batches', { body: { number: 'LOT-1' } })
  return line
}

test('a disk that takes nothing more stays the trouble until it does, whatever headquarters answers meanwhile', async () => {
  const station = await openStation()
  const said: string[] = []
  const log = {
    info: (_: object, words: string) => void said.push(words),
    warn: (fields: object) => void said.push(JSON.stringify(fields)),
  }
  const full = JSON.stringify({ central: office.url, cause: 'disk', technical: 'SQLITE_FULL' })
  const line = await lineOf(station, office.url, log)
  expect(await line.enroll(office.url, office.invite('Line 1'))).toBe(undefined)
  expect(await line.round()).toMatchObject({ state: 'in_sync' })
  said.length = 0
  const { pages } = station.database.one<{ pages: number }>(
    sql`SELECT page_count AS pages FROM pragma_page_count`,
  )!
  station.database.execute(`PRAGMA max_page_count = ${pages}`)
  office.fill(
    Array.from({ length: 300 }, (_, n) => ({ type: 'batch.create', id: `b${n}`, number: `LOT-${n}` })),
  )
  for (const _ of [1, 2, 3])
    expect(await line.round()).toMatchObject({ state: 'offline', cause: 'disk', technical: 'SQLITE_FULL' })
  expect(said).toEqual([full])
  station.database.execute('PRAGMA max_page_count = 1000000')
  expect(await line.round()).toMatchObject({ state: 'in_sync' })
  expect(said).toEqual([full, 'headquarters answers'])
})

test('what the disk may still lose is not sent', async () => {
  const station = await openStation()
  const line = await lineOf(station, office.url)
  expect(await line.enroll(office.url, office.invite('Line 1'))).toBe(undefined)
  expect(await line.round()).toMatchObject({ state: 'in_sync' })
  const sound = { ...station.database }
  const failure = Object.assign(new Error('i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' })
  Object.assign(station.database, { force: () => Promise.reject(failure) })
  let pushes = 0
  office.mischief = (request, _response, go) => {
    if (request.url?.includes('/push')) pushes += 1
    go()
  }
  await station.done('POST', '/v2/batches', { body: { number: 'LOT-1' } })
  for (const _ of [1, 2])
    expect(await line.round()).toMatchObject({ state: 'offline', cause: 'disk', technical: 'EIO' })
  expect(pushes).toBe(0)
  Object.assign(station.database, { force: () => sound.force() })
  expect(await line.round()).toMatchObject({ state: 'in_sync' })
  expect(pushes).toBeGreaterThan(0)
})

test('how far it is counts what waits here too', async () => {
  const station = await openStation()
  for (let n = 0; n < 30; n += 1) await station.done('POST', '/v2/batches', { body: { number: `LOT-${n}` } })
  const line = await lineOf(station, office.url)
  const told: (number | null)[] = []
  office.mischief = (request, _response, go) => {
    if (request.url?.includes('/push')) told.push(line.state().progress)
    go()
  }
  expect(await line.enroll(office.url, office.invite('Line 1'))).toBe(undefined)
  expect(await line.round()).toMatchObject({ state: 'in_sync', progress: 1 })
  expect(told[0]).toBeLessThan(0.1)
})

test.for([
  ['portal', 'captive_portal', /sign in/],
  ['gateway', 'gateway', /answers with 502/],
  ['cut', 'cut_off', /cut off or changed/],
  ['change', 'cut_off', /cut off or changed/],
  ['drop', 'cut_off', /cut off or changed/],
] as readonly (readonly [Mischief, string, RegExp])[])(
  'a line that does %s is called %s, and forgotten by itself when it is good again',
  async ([mischief, cause, words]) => {
    proxy.always = null
    const line = await behindProxy()
    proxy.always = mischief
    const state = await line.round()
    expect(state).toMatchObject({ state: 'offline', cause, pending: 1 })
    expect(state.detail).toMatch(words)
    proxy.always = null
    await expect.poll(() => line.state(), { timeout: 30_000 }).toMatchObject({ state: 'in_sync', pending: 0 })
  },
)

test('a line that went dead is called silent', async () => {
  proxy.always = 'silence'
  const client = createClient(proxy.url, null, 300)
  closing.push(() => client.close())
  const reply = await client.post('sync/v1/enroll', {})
  expect(reply).toEqual({ kind: 'trouble', trouble: { kind: 'silent' } })
})

test.for([
  ['nobody listens', async () => `http://127.0.0.1:${await freePort()}`, /ECONNREFUSED/],
  ['there is no such name', () => Promise.resolve('http://headquarters.invalid'), /ENOTFOUND|EAI_AGAIN/],
] as const)('where %s, headquarters cannot be reached', async ([, address, words]) => {
  const url = await address()
  const client = createClient(url, null)
  closing.push(() => client.close())
  const reply = await client.post('sync/v1/enroll', {})
  if (!('kind' in reply)) throw new Error('answered')
  expect(troubleWords(reply.trouble, url)).toMatch(words)
  expect(reply.trouble.kind).toBe('unreachable')
})

test('a credential that is not known pauses everything, loses nothing, and is over by itself when it is known again', async () => {
  const line = await behindProxy()
  const known = new Map(office.credentials)
  office.credentials.clear()
  expect(await line.round()).toMatchObject({ state: 'refused', cause: 'unauthorized', pending: 1 })
  for (const [credential, station] of known) office.credentials.set(credential, station)
  await expect.poll(() => line.state(), { timeout: 30_000 }).toMatchObject({ state: 'in_sync', pending: 0 })
})

test('a station that has lost what it was given at its enrolment says so, and not that it has no headquarters', async () => {
  const station = await openStation()
  const file = join(station.folder, 'headquarters.json')
  const before = await lineOf(station, office.url)
  expect(await before.enroll(office.url, office.invite('Line 1'))).toBe(undefined)
  expect(await before.round()).toMatchObject({ state: 'in_sync' })
  await before.stop()
  await station.done('POST', '/v2/batches', { body: { number: 'LOT-1' } })
  for (const [how, lose] of [
    ['unreadable', () => writeFileSync(file, '{"headquar')],
    // As on another PC, to which a backup of the database was brought.
    ['missing', () => rmSync(file)],
  ] as const) {
    lose()
    const said: string[] = []
    const log = { info() {}, warn: (_: object, words: string) => void said.push(words) }
    const line = await lineOf(station, office.url, log)
    expect(line.state()).toMatchObject({
      state: 'refused',
      cause: 'unauthorized',
      technical: file,
      pending: 1,
      detail: expect.stringMatching(new RegExp(`is ${how} .*: enrol it with a new code`)) as unknown,
    })
    expect(said).toHaveLength(1)
    await line.stop()
  }
  const after = await lineOf(station, office.url)
  expect(await after.enroll(office.url, office.invite('Line 1'))).toBe(undefined)
  expect(await after.round()).toMatchObject({ state: 'in_sync', pending: 0, cause: null })
})

test('what goes wrong inside this PC is one line too: the stack of a fault is for the log, a damaged database is no full disk, a wrong statement no disk at all', () => {
  const fault = failureOf(new TypeError('x is not a function'))
  expect(troubleWords(fault, '')).toBe(
    'Lotkeeper has a fault and tries again (TypeError: x is not a function)',
  )
  expect(technicalOf(fault)).toBe('TypeError: x is not a function')
  expect(told(fault).technical).toContain('troubles.test.ts')
  const damage = failureOf(Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT' }))
  expect(troubleWords(damage, '')).toMatch(/is damaged \(SQLITE_CORRUPT\).*lotkeeper doctor/)
  for (const code of ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_READONLY_DBMOVED', 'SQLITE_BUSY_SNAPSHOT'])
    expect(failureOf(Object.assign(new Error('no'), { code }))).toEqual({ kind: 'disk', code })
  for (const code of ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR', 'SQLITE_MISMATCH'])
    expect(failureOf(Object.assign(new Error('no'), { code })), code).toMatchObject({ kind: 'defect' })
})

async function freePort(): Promise<number> {
  const listener = createListener().listen(0, '127.0.0.1')
  await new Promise((resolve) => listener.once('listening', resolve))
  const { port } = listener.address() as AddressInfo
  await new Promise((resolve) => listener.close(resolve))
  return port
}

describe('certificates', () => {
  let authority: Authority
  const before = getCACertificates('default')
  const certify: Authority['certify'] = (...words) => authority.certify(...words)
  const read = (name: string) => authority.read(name)

  beforeEach(() => {
    authority = createAuthority()
  })
  afterEach(() => {
    setDefaultCACertificates(before)
    authority.end()
  })

  async function serve(): Promise<string> {
    const server: Server = createServer({ cert: read('hq.pem'), key: read('hq.key') }, (_, response) =>
      response.writeHead(404).end('{"lotkeeper":"code_unknown","message":"not known"}'),
    )
    server.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    closing.push(() => void server.close())
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async function troubleAt(url: string) {
    const client = createClient(url, null)
    closing.push(() => client.close())
    const reply = await client.post('sync/v1/enroll', {})
    return 'kind' in reply
      ? { trouble: reply.trouble, words: troubleWords(reply.trouble, url) }
      : reply.status
  }

  test.for([
    [
      'has ended',
      '2020',
      '2021',
      'IP:127.0.0.1',
      'ended',
      /see whether the clock is right.* needs a new certificate/,
    ],
    ['has not begun', '2090', '2091', 'IP:127.0.0.1', 'not_begun', /see whether the clock is right/],
    [
      'is for another name',
      '2020',
      '2090',
      'DNS:elsewhere.example',
      'another_name',
      /for other names \(DNS:elsewhere\.example\): let the address bear one of them/,
    ],
  ] as const)('one that %s is called so, with the way out', async ([, from, until, name, why, words]) => {
    certify(from, until, name)
    setDefaultCACertificates([...before, read('ca.pem')])
    const found = await troubleAt(await serve())
    expect(found).toMatchObject({
      trouble: { kind: 'certificate', why },
      words: expect.stringMatching(words) as unknown,
    })
  })

  test('one that nobody here trusts is called so; from an authority of the plant it is good', async () => {
    certify('2020', '2090')
    const url = await serve()
    expect(await troubleAt(url)).toMatchObject({
      trouble: { kind: 'certificate', why: 'untrusted' },
      words: expect.stringMatching(/not trusted here.* system store, then start the station anew/) as unknown,
    })
    setDefaultCACertificates([...before, read('ca.pem')])
    expect(await troubleAt(url)).toBe(404)
  })

  test('an address that begins with http:// where it must be https://, or the other way round, is called so', async () => {
    certify('2020', '2090')
    const url = await serve()
    const https = {
      trouble: { kind: 'scheme', speaks: 'https' },
      words: expect.stringMatching(/let its address begin with https:\/\//) as unknown,
    }
    expect(await troubleAt(url.replace('https:', 'http:'))).toEqual(https)
    expect(await troubleAt(office.url.replace('http:', 'https:'))).toEqual({
      trouble: { kind: 'scheme', speaks: 'http' },
      words: expect.stringMatching(/let the address begin with http:\/\//) as unknown,
    })
    // A proxy before headquarters that sends everybody there.
    office.mischief = (request, response) =>
      void response.writeHead(301, { location: `https://headquarters.example${request.url}` }).end()
    expect(await troubleAt(office.url)).toEqual(https)
    // Who only hangs up speaks nothing at all.
    proxy.always = 'drop'
    expect(await troubleAt(proxy.url)).toMatchObject({ trouble: { kind: 'cut_off' } })
  })

  test('a server without a certificate that fits its key is no encrypted connection', async () => {
    const server = createServer({})
    server.listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    closing.push(() => void server.close())
    const { port } = server.address() as AddressInfo
    expect(await troubleAt(`https://127.0.0.1:${port}`)).toMatchObject({
      trouble: { kind: 'certificate', why: 'no_handshake' },
      words: expect.stringMatching(/No encrypted connection .*handshake failure/) as unknown,
    })
  })

  test('a station trusts the authority that stands in the system’s store, and says of any other that it is not trusted', async () => {
    certify('2020', '2090')
    const url = await serve()
    const said = async (env: Record<string, string>) => {
      const args = ['--central', url, '--enroll', 'CODE', '--log-level', 'error']
      const station = await startStation(temporaryFolder(), args, { env })
      const cause = async () =>
        ((await (await station.call('GET', '/station/sync')).json()) as { cause: string | null }).cause
      await expect.poll(cause, { timeout: 20_000 }).not.toBe(null)
      return cause()
    }
    expect(await said({ SSL_CERT_FILE: join(authority.folder, 'ca.pem') })).toBe('code_unknown')
    expect(await said({})).toBe('certificate')
  })
})
