import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'

import { afterAll, afterEach, expect, test } from 'vitest'

import { connectPostgres } from '../../src/central/store/postgres.ts'
import { origin } from '../../src/model/sync/cursor.ts'
import type { Page } from '../../src/model/sync/protocol.ts'
import { newDatabase, stopServer } from '../support/central.ts'
import {
  cleanUp,
  head,
  lotkeeper,
  newFolder,
  post,
  send,
  startCentral,
  type CentralProcess,
} from '../support/central-process.ts'
import { createChain, newBatch } from '../support/chain.ts'
import { disk, mayMount } from '../support/disk.ts'

afterEach(cleanUp)
afterAll(stopServer)

const onPostgres = async () => ['--database-url', await newDatabase()]
const get = async (central: CentralProcess, path: string): Promise<unknown> => {
  const answer = await fetch(central.url + path, { headers: { authorization: `Bearer ${central.user}` } })
  return answer.json()
}

/** A station that was added by the command line and enrolled over the wire. */
async function enrolled(central: CentralProcess, name: string) {
  const { out } = await lotkeeper('stations', 'add', '--name', name, '--data-dir', central.data_dir)
  const { code, station_id } = JSON.parse(out) as { code: string; station_id: string }
  const { body } = await post(central.url, '/sync/v1/enroll', {
    code,
    attempt: 'a'.repeat(20),
    version: '0',
    name,
  })
  return { credential: body['credential']!, chain: createChain(station_id), station_id, code }
}

test('it says that it is ready, serves, stops cleanly and leaves nothing behind', async () => {
  const central = await startCentral(newFolder(), ...(await onPostgres()))
  const ready = JSON.parse(central.said.out) as Record<string, unknown>
  expect(ready).toMatchObject({ event: 'ready', data_dir: central.data_dir, pid: central.child.pid })
  expect(statSync(join(central.data_dir, 'keys.json')).mode & 0o077).toBe(0)
  expect(await get(central, '/v2/batches')).toMatchObject({ data: [] })
  expect((await fetch(`${central.url}/`)).headers.get('content-security-policy')).toContain(
    "default-src 'none'",
  )
  expect((await fetch(`${central.url}/fleet`)).status).toBe(401)
  expect(await central.end()).toBe(0)
  expect(existsSync(join(central.data_dir, 'server.json'))).toBe(false)
  expect(central.said.out.trim().split('\n')).toHaveLength(1)
}, 60_000)

test('a station enrols with its code, pushes and pulls; the code is spent, the answer may be asked for again', async () => {
  const central = await startCentral(newFolder(), ...(await onPostgres()))
  const { credential, chain, station_id, code } = await enrolled(central, 'Line 1')
  const again = (attempt: string) =>
    post(central.url, '/sync/v1/enroll', { code: code.toLowerCase(), attempt, version: '0', name: 'x' })
  expect(await again('b'.repeat(20))).toMatchObject({ status: 409, body: { lotkeeper: 'code_spent' } })
  const renewed = await again('a'.repeat(20))
  expect(renewed).toMatchObject({ status: 200, body: { station_id, name: 'Line 1' } })
  const request = chain.push([newBatch('LOT-1'), newBatch('LOT-2')])
  // The credential of the lost answer is worth nothing once there is another.
  expect(await send(central.url, credential, request)).toMatchObject({ status: 401 })
  const fresh = renewed.body['credential']!
  const people = [{ id: 'ada', email: 'ada@x.invalid', name: 'Ada' }]
  const first = await send(central.url, fresh, request, { head: { people } })
  expect(first.answer).toMatchObject({ kind: 'pushed', chain: { seq: 2 } })
  expect((await send(central.url, fresh, request)).answer).toEqual(first.answer)
  const page = await send(central.url, fresh, chain.pull(origin, 100))
  expect(page.answer).toMatchObject({
    kind: 'page',
    more: false,
    commits: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
  })
  // Who asks for a short page has one: without what proves the changes of others.
  const short = await send(central.url, fresh, chain.pull(origin, 100), { prefer: 'short-pages' })
  expect(short.answer).toMatchObject({ kind: 'page', short: true, to: (page.answer as Page).to })
  expect((short.answer as Page).commits.map(({ txn_id }) => txn_id === undefined)).toEqual([
    true,
    false,
    false,
  ])
  expect(page.answer).not.toHaveProperty('short')
  expect(await get(central, '/v2/batches?sort_order=asc')).toMatchObject({
    data: [{ number: 'LOT-1', created_by_station: { name: 'Line 1' } }, { number: 'LOT-2' }],
  })
  expect(await get(central, '/v2/users')).toMatchObject([{ name: 'Administrator' }, { name: 'Ada' }])
}, 60_000)

test('a pull waits for news, and hears of what another process wrote', async () => {
  const database = await onPostgres()
  const one = await startCentral(newFolder(), ...database)
  const other = await startCentral(newFolder(), ...database)
  const { credential, chain } = await enrolled(one, 'Line 1')
  const now = (await send(one.url, credential, chain.pull(origin, 100))).answer
  if (now.kind !== 'page') throw new Error(now.kind)
  const waiting = send(one.url, credential, chain.pull(now.to, 100), { prefer: 'short-pages, wait=20' })
  await post(other.url, '/v2/batches', { number: 'NEWS' }, one.user)
  // Who does not wait is answered at once, with a page of nothing.
  expect((await waiting).answer).toMatchObject({ kind: 'page', commits: [{ rows: [{ name: 'NEWS' }] }] })
}, 60_000)

test('what is no message of a station is told so in words that a proxy would not use', async () => {
  const central = await startCentral(newFolder(), ...(await onPostgres()))
  const { credential, chain, station_id } = await enrolled(central, 'Line 1')
  const pull = chain.pull(origin, 1)
  const refused = async (answer: ReturnType<typeof send>) => {
    const { status, body } = await answer
    return `${status} ${String(body['lotkeeper'])}`
  }
  expect(await refused(send(central.url, 'lks_x', pull))).toBe('401 unauthorized')
  expect(await refused(send(central.url, credential, pull, { body: '<html>' }))).toBe('400 bad_message')
  expect(await refused(send(central.url, credential, pull, { body: `${JSON.stringify(head)}\n{}\n` }))).toBe(
    '400 bad_message',
  )
  expect(await refused(send(central.url, credential, { ...pull, station_id: 'other' }))).toBe(
    '401 unauthorized',
  )
  expect(await refused(send(central.url, credential, { ...pull, incarnation: 'a\0b' }))).toBe(
    '400 bad_message',
  )
  const future = { ...pull, protocol: 99 }
  expect((await send(central.url, credential, future)).answer).toMatchObject({ kind: 'upgrade_required' })
  const revoked = await lotkeeper('stations', 'revoke', station_id, '--data-dir', central.data_dir)
  expect(revoked.code).toBe(0)
  expect(await refused(send(central.url, credential, pull))).toBe('403 revoked')
}, 60_000)

test('[S9] characters that no database takes hold up nothing: what has them is recorded and passed', async () => {
  const central = await startCentral(newFolder(), ...(await onPostgres()))
  const { credential, chain } = await enrolled(central, 'Line 1')
  const odd = [newBatch('A\0B'), newBatch('\ud800'), { ...newBatch('C'), id: 'c\0' }]
  const request = chain.push([newBatch('LOT-1'), ...odd, newBatch('LOT-2')])
  const people = [{ id: 'ada', email: 'ada@x.invalid', name: 'A\0da' }]
  const { answer } = await send(central.url, credential, request, { head: { people } })
  expect(answer).toMatchObject({ kind: 'pushed', chain: { seq: 5 } })
  expect((await send(central.url, credential, request)).answer).toEqual(answer)
  expect(await get(central, '/v2/batches?sort_order=asc')).toMatchObject({
    data: [{ number: 'LOT-1' }, { number: 'LOT-2' }],
  })
  const page = (await send(central.url, credential, chain.pull(origin, 100))).answer
  if (page.kind !== 'page') throw new Error(page.kind)
  expect(page.commits.slice(1).map(({ result }) => result)).toEqual([
    'applied',
    'rejected',
    'rejected',
    'rejected',
    'applied',
  ])
  expect(page.commits[2]!.conflicts).toMatchObject([{ field: 'text', wanted: 'batch.create' }])
}, 60_000)

test.for([400, -400])(
  '[S10] a clock that is %i days off, and set right before sending: rows have the time at which they were made',
  { timeout: 60_000 },
  async (days) => {
    const central = await startCentral(newFolder(), ...(await onPostgres()))
    const { credential, chain } = await enrolled(central, 'Line 1')
    const made = Date.now() - 3_600_000
    const op_clock = { wall_ms: made + days * 86_400_000, boot_id: 'b', uptime_ms: 1_000 }
    const clock = { wall_ms: Date.now(), boot_id: 'b', uptime_ms: 1_000 + Date.now() - made }
    await send(central.url, credential, chain.push([newBatch('LOT-1')], op_clock), { head: { clock } })
    // Restarted and set right in between: no clock tells more than that its author knew of the station's own row.
    const lost_clock = { ...op_clock, boot_id: 'c' }
    const page = (await send(central.url, credential, chain.pull(origin, 9))).answer
    if (page.kind !== 'page') throw new Error(page.kind)
    const known = { seq: 1, hash: page.commits[0]!.hash }
    await send(central.url, credential, chain.push([newBatch('LOT-2')], lost_clock, known), {
      head: { clock },
    })
    const { data } = (await get(central, '/v2/batches')) as { data: { number: string; created_at: string }[] }
    const ages = new Map(data.map(({ number, created_at }) => [number, Date.now() - Date.parse(created_at)]))
    expect(ages.get('LOT-1')).toBeGreaterThan(3_599_000)
    expect(ages.get('LOT-1')).toBeLessThan(3_700_000)
    expect(ages.get('LOT-2')).toBeLessThan(100_000)
  },
)

test('the fleet shows who is there, who is behind and who never came', async () => {
  const central = await startCentral(newFolder(), ...(await onPostgres()))
  const { credential, chain } = await enrolled(central, 'Line 1')
  await lotkeeper('stations', 'add', '--name', 'Line 2', '--data-dir', central.data_dir)
  const queue = { pending: 3, oldest_ms: Date.now() - 86_400_000, conflicts: 1 }
  await send(central.url, credential, chain.pull(origin, 1), {
    head: { queue, clock: { wall_ms: Date.now() + 3_600_000, boot_id: 'b', uptime_ms: 1 } },
  })
  await expect
    .poll(() => get(central, '/fleet'), { timeout: 10_000 })
    .toMatchObject({
      headquarters: { database: 'postgres', changes: 2 },
      stations: [
        { name: 'Line 1', state: 'in_touch', pending: 3, behind: 2, conflicts_there: 1, version: '0.1.0' },
        { name: 'Line 2', state: 'waiting_for_code', last_seen_at: null },
      ],
    })
  const { stations } = (await get(central, '/fleet')) as {
    stations: { clock_ahead_ms: number; oldest_unsynced_ms: number }[]
  }
  expect(stations[0]!.clock_ahead_ms).toBeGreaterThan(3_500_000)
  expect(stations[0]!.oldest_unsynced_ms).toBeGreaterThan(86_000_000)
}, 60_000)

test('killed in the middle of pushes, beside another process: nothing acknowledged is lost', async () => {
  const database = await onPostgres()
  const folder = newFolder()
  const lasting = await startCentral(newFolder(), ...database)
  let victim = await startCentral(folder, ...database)
  const { credential, chain } = await enrolled(lasting, 'Line 1')
  const second = await enrolled(lasting, 'Line 2')
  const acknowledged: string[] = []
  const push = async (station: typeof second, target: () => CentralProcess, until: () => boolean) => {
    while (!until()) {
      const request = station.chain.push(Array.from({ length: 20 }, () => newBatch(crypto.randomUUID())))
      for (;;) {
        const sent = await send(target().url, station.credential, request).catch(() => undefined)
        if (sent?.answer?.kind === 'pushed') {
          acknowledged.push(...sent.answer.results.map(({ op_id }) => op_id))
          break
        }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  let done = false
  const pushes = Promise.all([
    push(
      { ...second, credential, chain },
      () => victim,
      () => done,
    ),
    push(
      second,
      () => lasting,
      () => done,
    ),
  ])
  for (let kill = 0; kill < 3; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 400 + kill * 170))
    expect(await victim.end('SIGKILL')).toBe('SIGKILL')
    victim = await startCentral(folder, ...database)
  }
  done = true
  await pushes
  const seen: string[] = []
  let cursor: typeof origin = origin
  for (let more = true; more;) {
    const { answer } = await send(lasting.url, credential, chain.pull(cursor, 1000))
    if (answer.kind !== 'page') throw new Error(answer.kind)
    answer.commits.forEach(({ seq }, i) => expect(seq).toBe(cursor.seq + i + 1))
    seen.push(...answer.commits.map(({ op_id }) => op_id))
    cursor = answer.to
    ;({ more } = answer)
  }
  expect(acknowledged.length).toBeGreaterThan(100)
  expect(new Set(seen).size).toBe(seen.length)
  expect(acknowledged.filter((op_id) => !seen.includes(op_id))).toEqual([])
}, 120_000)

test('the embedded database: kept over a restart, held by one process, revoked stations while it is stopped', async () => {
  const folder = newFolder()
  const central = await startCentral(folder)
  expect(central.said.err).toContain('embedded')
  await post(central.url, '/v2/batches', { number: 'LOT-1' }, central.user)
  const second = await startCentral(folder)
  expect(second.said.err).toContain(`${folder} is already in use (process ${central.child.pid}`)
  expect(second.said.err.trim().split('\n')).toHaveLength(1)
  const { station_id } = await enrolled(central, 'Line 1')
  expect(await central.end()).toBe(0)
  expect((await lotkeeper('stations', 'revoke', station_id, '--data-dir', folder)).code).toBe(0)
  const again = await startCentral(folder)
  expect(await get(again, '/v2/batches')).toMatchObject({ data: [{ number: 'LOT-1' }] })
  const list = await lotkeeper('stations', 'list', '--json', '--data-dir', folder)
  expect(JSON.parse(list.out)).toMatchObject([{ name: 'Line 1', state: 'revoked' }])
}, 240_000)

test('a backup is one command, beside the running server and without it', async () => {
  const folder = newFolder()
  const database = await onPostgres()
  const central = await startCentral(folder, ...database)
  await post(central.url, '/v2/batches', { number: 'LOT-1' }, central.user)
  const { out } = await lotkeeper('headquarters', 'backup', '--data-dir', folder)
  const made = JSON.parse(out) as { file: string; seq: number }
  expect(made).toMatchObject({ file: join(folder, 'backups', basename(made.file)), seq: 1 })
  expect(await get(central, '/fleet')).toMatchObject({
    headquarters: { last_backup: { file: made.file, seq: 1 }, changes_since_backup: 0 },
  })
  const twice = await lotkeeper('headquarters', 'backup', made.file, '--data-dir', folder)
  expect(twice).toMatchObject({ code: 1, out: '' })
  expect(twice.err).toMatch(/^lotkeeper: .* exists already\..*\n$/)
  expect(await central.end()).toBe(0)
  const file = join(folder, 'stopped.dump')
  const stopped = await lotkeeper('headquarters', 'backup', file, '--data-dir', folder, ...database)
  expect(JSON.parse(stopped.out)).toMatchObject({ file, seq: 1 })
}, 120_000)

test('a command where no headquarters is says so and makes none: a backup of a mistyped folder would be called sound', async () => {
  const folder = join(newFolder(), 'mistyped')
  const commands = [
    ['headquarters', 'backup'],
    ['stations', 'add', '--name', 'Line 1'],
    ['stations', 'list'],
    ['keys', 'create', '--kind', 'user', '--name', 'Jane'],
  ]
  for (const command of commands.slice(0, 3))
    expect(await lotkeeper(...command, '--data-dir', folder)).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /^lotkeeper: there is no headquarters in .*mistyped\. .*--data-dir.*\n$/,
      ) as unknown,
    })
  expect(existsSync(folder)).toBe(false)
  const database = await onPostgres()
  for (const command of commands)
    expect((await lotkeeper(...command, '--data-dir', folder, ...database)).err).toMatch(
      /^lotkeeper: there is no headquarters in 127\.0\.0\.1:\d+\/\w+\. .*--database-url.*\n$/,
    )
  // Where headquarters ran on a database that is not named now.
  expect((await lotkeeper('headquarters', 'backup', '--data-dir', folder)).err).toContain(
    'there is no headquarters in',
  )
  expect(existsSync(join(folder, 'postgres'))).toBe(false)
  expect(existsSync(join(folder, 'keys.json'))).toBe(false)
}, 120_000)

test.each([
  ['a port that is taken', async (port: number) => ['--port', String(port)], 'is taken by another program'],
  [
    'no database there',
    async () => ['--database-url', 'postgres://app@127.0.0.1:1/x'],
    'no PostgreSQL answers',
  ],
  [
    'a bad URL',
    async () => ['--database-url', 'mysql://x'],
    '--database-url is bad. Give a URL like postgres',
  ],
  ['a certificate without its key', async () => ['--tls-cert', 'x.pem'], 'belong together'],
  ['an unknown flag', async () => ['--colour', 'red'], '--colour'],
])(
  '%s is one line on stderr and an exit code',
  async (_, flags, words) => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => blocker.once('listening', resolve))
    const { port } = blocker.address() as { port: number }
    const given = await flags(port)
    const database = given.includes('--port') ? await onPostgres() : []
    const central = await startCentral(newFolder(), ...database, ...given)
    blocker.close()
    expect(central.said.out).toBe('')
    expect(central.said.err).toContain(words)
    expect(central.said.err.trim().split('\n')).toHaveLength(1)
    expect(central.child.exitCode).not.toBe(0)
  },
  60_000,
)

test('who forgets where the database is begins no other headquarters: nothing is made, the key and the note stay', async () => {
  const flags = await onPostgres()
  const central = await startCentral(newFolder(), ...flags)
  await enrolled(central, 'Line 1')
  expect(await central.end()).toBe(0)
  const files = ['keys.json', 'history.json'].map((name) => join(central.data_dir, name))
  const before = files.map((file) => readFileSync(file, 'utf8'))
  for (const [wrong, words] of [
    [[], 'the database is empty'],
    [await onPostgres(), 'the database is empty'],
    [['--database-url', await otherHeadquarters()], 'that of another headquarters'],
  ] as const) {
    const refused = await startCentral(central.data_dir, ...wrong)
    expect(refused.child.exitCode).not.toBe(0)
    expect(refused.said.err).toContain(words)
    expect(refused.said.err.trim().split('\n')).toHaveLength(1)
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before)
  }
  expect(existsSync(join(central.data_dir, 'postgres'))).toBe(false)
  const again = await startCentral(central.data_dir, ...flags)
  expect(await get(again, '/fleet')).toMatchObject({ stations: [{ name: 'Line 1' }] })
}, 120_000)

/** @returns the URL of a database in which a headquarters of its own ran */
async function otherHeadquarters(): Promise<string> {
  const url = await newDatabase()
  await (await startCentral(newFolder(), '--database-url', url)).end()
  return url
}

test('a full disk of the database is said to scripts and stations, and in the log', async () => {
  const url = await newDatabase()
  const central = await startCentral(newFolder(), '--database-url', url)
  const { credential, chain } = await enrolled(central, 'Line 1')
  const make = (number: string) =>
    fetch(`${central.url}/v2/batches`, {
      method: 'POST',
      headers: { authorization: `Bearer ${central.user}`, 'content-type': 'application/json' },
      body: JSON.stringify({ number }),
    })
  const db = connectPostgres(url, () => undefined)
  await db.script(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON commits FOR EACH STATEMENT EXECUTE FUNCTION full_disk()`)
  const refused = await make('LOT-1')
  expect([refused.status, await refused.json()]).toEqual([
    507,
    {
      message: "The disk of headquarters' database is full: nothing was saved",
      code: 'INSUFFICIENT_STORAGE',
    },
  ])
  const push = chain.push([newBatch('LOT-2')])
  expect(await send(central.url, credential, push)).toMatchObject({ status: 503 })
  await expect
    .poll(() => central.said.err)
    .toMatch(/"level":"error".*No space left on device.*the disk of the database is full/)
  await db.script('DROP FUNCTION full_disk CASCADE')
  await db.close()
  expect((await make('LOT-1')).status).toBe(200)
  expect((await send(central.url, credential, push)).answer).toMatchObject({ kind: 'pushed' })
}, 60_000)

test.runIf(mayMount)(
  "a full disk of headquarters' own folder is said in the log, and changes go on",
  async () => {
    const folder = join(disk('size=400k'), 'hq')
    const central = await startCentral(folder, ...(await onPostgres()))
    expect(() => writeFileSync(join(folder, 'ballast'), Buffer.alloc(1_000_000))).toThrow(/ENOSPC/)
    await expect
      .poll(() => central.said.err, { timeout: 30_000 })
      .toMatch(/"level":"error".*the disk of .*hq is full: it is not noted there/)
    expect((await post(central.url, '/v2/batches', { number: 'LOT-1' }, central.user)).status).toBe(200)
    rmSync(join(folder, 'ballast'))
    expect(await central.end()).toBe(0)
  },
  60_000,
)

test('on all addresses it names one that this machine can open', async () => {
  const central = await startCentral(newFolder(), '--host', '0.0.0.0', ...(await onPostgres()))
  expect(central.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect((await fetch(`${central.url}/health`)).status).toBe(200)
}, 60_000)

test("a station's folder is left alone: its keys and its way in stay", async () => {
  const folder = newFolder()
  const files = ['keys.json', 'lotkeeper.db', 'server.json']
  for (const name of files) writeFileSync(join(folder, name), name)
  const says = `lotkeeper: ${folder} is the folder of a station. Name another one with --data-dir.\n`
  expect((await startCentral(folder)).said).toEqual({ out: '', err: says })
  const added = await lotkeeper('stations', 'add', '--name', 'Line 1', '--data-dir', folder)
  expect(added).toEqual({ code: 1, out: '', err: says })
  expect(readdirSync(folder)).toEqual(files)
  expect(readFileSync(join(folder, 'keys.json'), 'utf8')).toBe('keys.json')
}, 60_000)

test('a folder that cannot be made is one line too', async () => {
  const folder = newFolder()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'file'), '')
  const central = await startCentral(join(folder, 'file', 'data'))
  expect(central.said.err.trim().split('\n')).toHaveLength(1)
  expect(central.said.err).toContain('is not a folder')
}, 60_000)
