import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect, createServer } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

import { openDatabase } from '../../src/main/store/database.ts'
import { lotkeeper, startStation, stationFails, temporaryFolder } from '../support/process.ts'

const windows = process.platform === 'win32'

test('the first start makes the station, one user and two keys, and says where they are', async () => {
  const folder = join(temporaryFolder(), 'new', 'place')
  const station = await startStation(folder, ['--name', 'Line 3'])
  expect(readdirSync(folder)).toEqual(
    expect.arrayContaining(['attachments', 'backups', 'keys.json', 'logs', 'lotkeeper.db', 'server.json']),
  )
  expect(await (await station.call('GET', '/v2/users?current=true')).json()).toMatchObject([
    { name: 'Operator' },
  ])
  const current = await station.call('GET', '/v2/stations/current', undefined, station.keys.station)
  expect(await current.json()).toMatchObject({ name: 'Line 3', organization_slug: 'lotkeeper' })
  expect(station.said()).toContain('keys.json')
  const { code, stdout, stderr } = await station.stop()
  expect(code).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  expect(JSON.parse(stdout)).toEqual({
    event: 'ready',
    url: station.url,
    data_dir: folder,
    pid: station.process.pid,
    version: expect.any(String),
  })
  for (const line of stderr.trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) })
  expect(readFileSync(join(folder, 'logs', 'station.log'), 'utf8')).toBe(stderr)
})

test.skipIf(windows)('what is secret can be read by its owner alone', async () => {
  const folder = join(temporaryFolder(), 'data')
  const station = await startStation(folder)
  const mode = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8)
  expect([mode('.'), mode('keys.json'), mode('server.json')]).toEqual(['700', '600', '600'])
  await station.stop()
})

test('a stopped station leaves no server.json and no open database, and starts again with its rows and keys', async () => {
  const folder = temporaryFolder()
  const first = await startStation(folder)
  expect((await first.call('POST', '/v2/batches', { number: 'B-1' })).status).toBe(200)
  await first.stop('SIGINT')
  expect(existsSync(join(folder, 'server.json'))).toBe(false)
  expect(existsSync(join(folder, 'lotkeeper.db-wal'))).toBe(false)
  const second = await startStation(folder)
  expect(second.keys).toEqual(first.keys)
  expect((await second.call('GET', '/v2/batches/b-1')).status).toBe(200)
  await second.stop()
})

test('what was compiled at the first start of a data folder is kept there for the next ones, and is not needed', async () => {
  const folder = temporaryFolder()
  const cache = join(folder, 'cache')
  const own = { env: { NODE_COMPILE_CACHE: '' } }
  for (const before of ['nothing', 'its own', 'damaged'] as const) {
    if (before === 'damaged')
      for (const name of readdirSync(cache, { recursive: true, encoding: 'utf8' }))
        if (statSync(join(cache, name)).isFile()) writeFileSync(join(cache, name), 'no code')
    const station = await startStation(folder, [], own)
    expect((await station.call('GET', '/health')).status, before).toBe(200)
    expect((await station.stop()).code, before).toBe(0)
    expect(readdirSync(cache), before).not.toEqual([])
  }
})

test('SIGTERM takes nothing new and still answers what is in flight', async () => {
  const folder = temporaryFolder()
  const station = await startStation(folder)
  const socket = connect(Number(new URL(station.url).port), '127.0.0.1')
  const body = JSON.stringify({ number: 'IN-FLIGHT' })
  const head = `POST /v2/batches HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${station.keys.user}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  socket.write(head + body.slice(0, 5))
  // The server has read the first half by the time it has answered a later request.
  await station.call('GET', '/health')
  const ended = station.stop()
  const refused = await waitUntilRefused(station.url)
  expect(refused).toBe(true)
  socket.write(body.slice(5))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /)
  socket.destroy()
  expect((await ended).code).toBe(0)
  const again = await startStation(folder)
  expect((await again.call('GET', '/v2/batches/IN-FLIGHT')).status).toBe(200)
  await again.stop()
})

async function waitUntilRefused(url: string): Promise<boolean> {
  for (;;) {
    try {
      await (await fetch(`${url}/health`, { headers: { connection: 'close' } })).text()
    } catch {
      return true
    }
  }
}

test('a Ctrl+C that arrives twice stops it as cleanly as one', async () => {
  const station = await startStation(temporaryFolder())
  station.process.kill('SIGINT')
  expect((await station.stop('SIGINT')).code).toBe(0)
})

test.skipIf(windows)('stopping npm stops the station that npm has started', async () => {
  const folder = temporaryFolder()
  const npm = spawn('npm', ['run', '-s', 'station', '--', '--port', '0', '--data-dir', folder], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  npm.stderr.resume()
  const [line] = (await once(npm.stdout, 'data')) as [Buffer]
  const { url } = JSON.parse(line.toString()) as { url: string }
  npm.kill('SIGTERM')
  // Its pipes close when the last process that holds them has ended: the station itself.
  await once(npm, 'close')
  expect(await waitUntilRefused(url)).toBe(true)
  expect(existsSync(join(folder, 'server.json'))).toBe(false)
  expect(existsSync(join(folder, 'lotkeeper.db-wal'))).toBe(false)
})

/** One line, no stack, and exit code 1: what every expected failure looks like. */
function expectOneLine({
  code,
  stdout,
  stderr,
}: {
  code: number | null
  stdout: string
  stderr: string
}): string {
  expect(stdout).toBe('')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^lotkeeper: [^\n]+\.\n$/)
  return stderr
}

test('a taken port is said', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const folder = temporaryFolder()
  const said = expectOneLine(await stationFails(['--data-dir', folder, '--port', String(port)]))
  expect(said).toContain(`port ${port} is taken by another program`)
  expect(said).toContain('--port')
  expect(existsSync(join(folder, 'server.json'))).toBe(false)
  other.close()
  // No half start: the same folder starts at once.
  await (await startStation(folder)).stop()
})

test('a second instance on the same folder is refused and names the first', async () => {
  const folder = temporaryFolder()
  const station = await startStation(folder)
  const said = expectOneLine(await stationFails(['--data-dir', folder, '--port', '0']))
  expect(said).toContain(`${folder} is already in use (process ${station.process.pid}, ${station.url})`)
  expect((await station.call('GET', '/v2/batches')).status).toBe(200)
  await station.stop()
})

test('an address that is not of this machine is said', async () => {
  const said = expectOneLine(
    await stationFails(['--data-dir', temporaryFolder(), '--port', '0', '--host', '203.0.113.7']),
  )
  expect(said).toContain('203.0.113.7 is no address of this machine')
})

test('beyond loopback it answers to the names of this machine and to no others', async () => {
  const station = await startStation(temporaryFolder(), ['--host', '0.0.0.0'])
  expect(station.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  const own = addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
  for (const name of [...own, hostname(), 'localhost'])
    expect([name, await statusFor(station.url, name)]).toEqual([name, 200])
  expect(await statusFor(station.url, 'shop.example')).toBe(403)
  await station.stop()
})

/** What a client is answered that calls the machine by this name. */
async function statusFor(url: string, name: string): Promise<number | undefined> {
  const asking = request(`${url}/health`, { headers: { host: name } }).end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode
}

test("headquarters' folder is left alone: its keys and its way in stay", async () => {
  const folder = temporaryFolder()
  const files = ['central.lock', 'keys.json', 'server.json']
  for (const name of files) writeFileSync(join(folder, name), name)
  const says = `lotkeeper: ${folder} is the folder of headquarters. Name another one with --data-dir.\n`
  const args = ['--data-dir', folder]
  expect(await stationFails(args)).toEqual({ code: 1, stdout: '', stderr: says })
  expect(await lotkeeper(['demo', '--batches', '1', '--units-per-batch', '1', ...args])).toEqual({
    code: 1,
    stdout: '',
    stderr: says,
  })
  expect(readdirSync(folder)).toEqual(files)
  expect(readFileSync(join(folder, 'keys.json'), 'utf8')).toBe('keys.json')
})

test('a data folder that is a file is said', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(expectOneLine(await stationFails(['--data-dir', file]))).toContain('is not a folder')
})

interface Damage {
  readonly what: string
  /** Spoils the file of a stopped station with some rows in it. */
  readonly spoil: (file: string) => void
  readonly says: string
}

test.for<Damage>([
  {
    what: 'something else instead of a database',
    spoil: (file) => writeFileSync(file, 'Dear diary, '.repeat(1_000)),
    says: 'is damaged (file is not a database)',
  },
  {
    what: 'pages overwritten with noise',
    spoil(file) {
      const bytes = readFileSync(file)
      for (let at = 4_096; at < bytes.length; at += 3) bytes[at] = at % 251
      writeFileSync(file, bytes)
    },
    says: 'is damaged (',
  },
  {
    what: 'half of the file missing',
    spoil: (file) => writeFileSync(file, readFileSync(file).subarray(0, 40_000)),
    says: 'is damaged (',
  },
  {
    what: 'a database of a newer version',
    spoil(file) {
      const db = openDatabase(file)
      db.execute('PRAGMA user_version = 9999')
      db.close()
    },
    says: 'was written by a newer Lotkeeper (version 9999; this one knows ',
  },
  {
    what: 'a database of another program',
    spoil(file) {
      writeFileSync(file, '')
      const db = openDatabase(file)
      db.execute('CREATE TABLE recipes (name TEXT)')
      db.close()
    },
    says: 'it holds tables of another program',
  },
])('$what: refused, left as it is, and a backup brings the station back', async ({ spoil, says }) => {
  const folder = temporaryFolder()
  const args = ['--data-dir', folder]
  const station = await startStation(folder)
  expect((await station.call('POST', '/v2/batches', { number: 'B-1' })).status).toBe(200)
  expect((await lotkeeper(['backup', ...args])).code).toBe(0)
  await station.stop()
  const file = join(folder, 'lotkeeper.db')
  spoil(file)
  const spoiled = readFileSync(file)
  const said = expectOneLine(await stationFails([...args, '--port', '0']))
  expect(said).toContain(says)
  expect(said).toContain('lotkeeper restore')
  expect(readFileSync(file).equals(spoiled)).toBe(true)
  const backup = join(folder, 'backups', readdirSync(join(folder, 'backups'))[0]!)
  const restored = await lotkeeper(['restore', backup, ...args])
  expect(restored.stderr).toBe('')
  expect(restored.code).toBe(0)
  const again = await startStation(folder)
  expect((await again.call('GET', '/v2/batches/B-1')).status).toBe(200)
  await again.stop()
})
