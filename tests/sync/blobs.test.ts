import { createHash } from 'node:crypto'
import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'

import { afterAll, afterEach, expect, test } from 'vitest'

import { connectPostgres } from '../../src/central/store/postgres.ts'
import { sql as centralSql } from '../../src/central/store/sql.ts'
import { openDatabase } from '../../src/main/store/database.ts'
import { sql } from '../../src/main/store/sql.ts'
import { newDatabase, stopServer } from '../support/central.ts'
import {
  type CentralProcess,
  cleanUp,
  lotkeeper as atHeadquarters,
  newFolder,
  startCentral,
} from '../support/central-process.ts'
import { type RunningStation, startStation, temporaryFolder } from '../support/process.ts'
import { openProxy, type Proxy } from './proxy.ts'

const SEED = Number(process.env['SEED'] ?? 1)
const proxies: Proxy[] = []

afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close()
  await cleanUp()
})
afterAll(stopServer)

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

function bytes(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const block = createHash('sha512').update(String(seed)).digest()
  return new Uint8Array(size).map((_, i) => block[i % 64]! ^ (i >> 8))
}

async function enrolled(central: CentralProcess, name: string, url: string, folder = temporaryFolder()) {
  const { out } = await atHeadquarters('stations', 'add', '--name', name, '--data-dir', central.data_dir)
  const { code } = JSON.parse(out) as { code: string }
  const station = await startStation(folder, ['--central', url, '--sync-interval', '1', '--enroll', code])
  return { station, folder }
}

async function makeUnit(station: RunningStation): Promise<void> {
  await station.call('POST', '/v2/parts', { number: 'P', revision_number: 'A' })
  const unit = { serial_number: 'SN', part_number: 'P', revision_number: 'A' }
  expect((await station.call('POST', '/v2/units', unit)).status).toBe(200)
}

async function attach(station: RunningStation, name: string, content: Uint8Array<ArrayBuffer>) {
  const answer = await station.call('POST', '/v2/units/SN/attachments', { name })
  const { upload_url } = (await answer.json()) as { upload_url: string }
  expect((await fetch(upload_url, { method: 'PUT', body: content })).status).toBe(200)
}

interface Shown {
  readonly name: string
  readonly download_url: string | null
}

const shownBy = (url: string, key: string) => async (): Promise<readonly Shown[]> => {
  const answer = await fetch(`${url}/v2/units/SN`, { headers: { authorization: `Bearer ${key}` } })
  return answer.status === 200 ? ((await answer.json()) as { attachments: Shown[] }).attachments : []
}

/** What is behind the links of all attachments of the unit, by name; null where there is no link. */
async function contentsAt(url: string, key: string): Promise<Record<string, string | null>> {
  const shown = await shownBy(url, key)()
  const contents = shown.map(async ({ name, download_url }) => {
    if (download_url === null) return [name, null]
    const answer = await fetch(download_url)
    return [name, answer.status === 200 ? sha256(new Uint8Array(await answer.arrayBuffer())) : null]
  })
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string | null>
}

const atRest = { timeout: 90_000, interval: 300 }

test(
  'attachments reach headquarters over a line that drops, cuts off and doubles, and every other station has them on demand',
  { timeout: 400_000 },
  async () => {
    const central = await startCentral(newFolder(), '--database-url', await newDatabase())
    const proxy = await openProxy(central.url, SEED)
    proxies.push(proxy)
    const { station: one } = await enrolled(central, 'Line 1', proxy.url)
    await makeUnit(one)
    proxy.badness = 0.1
    const contents = [bytes(1, 1_500_000), bytes(2, 70_000), bytes(3, 0), bytes(4, 600_000)]
    for (const [n, content] of contents.entries()) await attach(one, `file-${n}`, content)
    const wanted = Object.fromEntries(contents.map((content, n) => [`file-${n}`, sha256(content)]))
    await expect
      .poll(() => contentsAt(central.url, central.user), { ...atRest, timeout: 240_000 })
      .toEqual(wanted)
    expect(Object.keys(proxy.done).length).toBeGreaterThan(3)

    const { station: two, folder } = await enrolled(central, 'Line 2', central.url)
    await expect.poll(async () => (await shownBy(two.url, two.keys.user)()).length, atRest).toBe(4)
    expect(readdirSync(join(folder, 'attachments'))).toEqual(['unused'])
    expect(await contentsAt(two.url, two.keys.user)).toEqual(wanted)
    expect(readdirSync(join(folder, 'attachments')).toSorted()).toEqual(
      [...new Set(Object.values(wanted)), 'unused'].toSorted(),
    )
    await two.stop()
    await one.stop()
  },
)

/** What of a station's bytes has yet to go to headquarters. */
function laneOf(folder: string): unknown[] {
  const db = openDatabase(join(folder, 'lotkeeper.db'), { readonly: true })
  try {
    return db.all(sql`SELECT sha256 FROM blob_lane`)
  } finally {
    db.close()
  }
}

test(
  'what is nowhere within reach is said, and batches never wait for it',
  { timeout: 240_000 },
  async () => {
    const central = await startCentral(newFolder(), '--database-url', await newDatabase())
    const { station: one, folder } = await enrolled(central, 'Line 1', central.url)
    await makeUnit(one)
    await attach(one, 'file', bytes(1, 100_000))
    await expect
      .poll(() => contentsAt(central.url, central.user), atRest)
      .toMatchObject({
        file: sha256(bytes(1, 100_000)),
      })
    const { station: two } = await enrolled(central, 'Line 2', central.url)
    await expect.poll(async () => (await shownBy(two.url, two.keys.user)()).length, atRest).toBe(1)
    const [{ download_url } = { download_url: null }] = await shownBy(two.url, two.keys.user)()
    // Headquarters has the bytes before its answer has reached the station.
    await expect.poll(() => laneOf(folder), atRest).toEqual([])
    await central.end()
    const answer = await fetch(download_url!)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: expect.stringContaining('cannot be reached') as string,
    })
    await attach(one, 'later', bytes(2, 100_000))
    expect((await one.call('POST', '/v2/batches', { number: 'LOT' })).status).toBe(200)
    expect(laneOf(folder)).toEqual([{ sha256: sha256(bytes(2, 100_000)) }])
    await one.stop()
    await two.stop()
  },
)

test(
  'with a new history of headquarters all bytes are asked about again, and what the disk has lost comes from there',
  { timeout: 240_000 },
  async () => {
    const home = newFolder()
    const central = await startCentral(home, '--database-url', await newDatabase())
    const { station, folder } = await enrolled(central, 'Line 1', central.url)
    await makeUnit(station)
    const good = bytes(1, 200_000)
    await attach(station, 'good', good)
    await expect.poll(() => contentsAt(central.url, central.user), atRest).toEqual({ good: sha256(good) })
    await station.stop()
    const other = bytes(5, 200_000)
    const file = join(folder, 'attachments', sha256(good))
    expect(statSync(file).size).toBe(200_000)
    // As if the station had never sent them: a new history of headquarters makes it ask about everything.
    const db = openDatabase(join(folder, 'lotkeeper.db'))
    db.run(sql`DELETE FROM meta WHERE name = 'lane_epoch'`)
    db.close()
    const again = await startStation(folder, ['--central', central.url, '--sync-interval', '1'])
    await attach(again, 'other', other)
    await expect
      .poll(() => contentsAt(central.url, central.user), atRest)
      .toEqual({ good: sha256(good), other: sha256(other) })
    await again.stop()
    truncateSync(file, 100)
    const third = await startStation(folder, ['--central', central.url, '--sync-interval', '1'])
    // Of another size than its row says it is no file of ours: it comes from headquarters again.
    expect(await contentsAt(third.url, third.keys.user)).toEqual({ good: sha256(good), other: sha256(other) })
    rmSync(file)
    expect(await contentsAt(third.url, third.keys.user)).toMatchObject({ good: sha256(good) })
    await third.stop()
  },
)

test(
  'a file that the disk has changed is not sent as what it was, and holds up no other',
  { timeout: 240_000 },
  async () => {
    const central = await startCentral(newFolder(), '--database-url', await newDatabase())
    const folder = temporaryFolder()
    const alone = await startStation(folder)
    await makeUnit(alone)
    await attach(alone, 'spoilt', bytes(1, 50_000))
    await attach(alone, 'sound', bytes(2, 60_000))
    await alone.stop()
    const spoilt = bytes(1, 50_000)
    spoilt[7]! ^= 1
    writeFileSync(join(folder, 'attachments', sha256(bytes(1, 50_000))), spoilt)
    const { station } = await enrolled(central, 'Line 1', central.url, folder)
    await expect
      .poll(() => contentsAt(central.url, central.user), atRest)
      .toEqual({ spoilt: null, sound: sha256(bytes(2, 60_000)) })
    await expect.poll(() => station.said(), atRest).toContain('the disk has changed a file')
    await station.stop()
  },
)

test(
  'what runs measured reaches headquarters on the same lane, and is shown there',
  { timeout: 240_000 },
  async () => {
    const central = await startCentral(newFolder(), '--database-url', await newDatabase())
    const folder = temporaryFolder()
    const alone = await startStation(folder)
    const { id: procedure_id } = (await (
      await alone.call('POST', '/v2/procedures', { name: 'Final test' })
    ).json()) as { id: string }
    const times = { started_at: '2026-01-01T08:00:00Z', ended_at: '2026-01-01T08:01:00Z' }
    const runs = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const phases = [
          {
            name: 'power',
            outcome: 'PASS',
            ...times,
            measurements: [{ name: 'volts', outcome: 'PASS', measured_value: n }],
          },
        ]
        const body = {
          outcome: 'PASS',
          procedure_id,
          serial_number: `SN-${n}`,
          part_number: 'P',
          ...times,
          phases,
        }
        return (await (await alone.call('POST', '/v2/runs', body)).json()) as { id: string }
      }),
    )
    await alone.stop()
    const { station } = await enrolled(central, 'Line 1', central.url, folder)
    const shown = async () => {
      const headers = { authorization: `Bearer ${central.user}` }
      const answers = runs.map(async ({ id }) => {
        const answer = await fetch(`${central.url}/v2/runs/${id}`, { headers })
        const { payload, phases = [] } = (await answer.json()) as {
          payload?: string
          phases?: { measurements: { measured_value: number }[] }[]
        }
        return [payload, phases[0]?.measurements[0]?.measured_value]
      })
      return Promise.all(answers)
    }
    await expect.poll(shown, atRest).toEqual(runs.map((_, n) => ['here', n]))
    await expect
      .poll(() => {
        const db = openDatabase(join(folder, 'lotkeeper.db'), { readonly: true })
        const waiting = db.all(sql`SELECT sha256 FROM blob_lane`)
        db.close()
        return waiting
      }, atRest)
      .toEqual([])
    await station.stop()
  },
)

test('what is sent to headquarters itself is had by stations too', { timeout: 240_000 }, async () => {
  const central = await startCentral(newFolder(), '--database-url', await newDatabase())
  const { station } = await enrolled(central, 'Line 1', central.url)
  await makeUnit(station)
  const headers = { authorization: `Bearer ${central.user}`, 'content-type': 'application/json' }
  const announce = () =>
    fetch(`${central.url}/v2/units/SN/attachments`, { method: 'POST', headers, body: '{"name":"drawing"}' })
  await expect.poll(async () => (await announce()).status, atRest).toBe(200)
  const { upload_url } = (await (await announce()).json()) as { upload_url: string }
  const content = bytes(7, 3_300_000)
  expect((await fetch(upload_url, { method: 'PUT', body: content })).status).toBe(200)
  expect((await fetch(upload_url, { method: 'PUT', body: content })).status).toBe(200)
  expect((await fetch(upload_url, { method: 'PUT', body: bytes(8, 10) })).status).toBe(409)
  const wanted = { drawing: sha256(content) }
  expect(await contentsAt(central.url, central.user)).toEqual(wanted)
  await expect.poll(() => contentsAt(station.url, station.keys.user), atRest).toEqual(wanted)
  await station.stop()
})

/** A line that carries so many bytes a second towards headquarters, and any number back. */
async function slowLine(target: string, bytes_per_s: number) {
  const { port, hostname } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => (client.destroy(), upstream.destroy()))
    }
    upstream.pipe(client)
    client.on('data', (chunk: Buffer) => {
      client.pause()
      upstream.write(chunk)
      setTimeout(() => client.resume(), (chunk.length / bytes_per_s) * 1_000)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test('a large file on a slow line never holds up a batch', { timeout: 240_000 }, async () => {
  const database_url = await newDatabase()
  const central = await startCentral(newFolder(), '--database-url', database_url)
  const line = await slowLine(central.url, 300_000)
  const { station } = await enrolled(central, 'Line 1', line.url)
  await makeUnit(station)
  const content = bytes(1, 3_600_000)
  await attach(station, 'film', content)
  const partly = async () => {
    const db = connectPostgres(database_url, () => {})
    const [file] = await db.rows<{ received: number }>(centralSql`SELECT received FROM files`)
    await db.close()
    return file?.received ?? 0
  }
  await expect.poll(partly, atRest).toBeGreaterThan(0)
  for (let n = 0; n < 5; n++) {
    expect((await station.call('POST', '/v2/batches', { number: `LOT-${n}` })).status).toBe(200)
    const there = async () => {
      const headers = { authorization: `Bearer ${central.user}` }
      return (await fetch(`${central.url}/v2/batches/LOT-${n}`, { headers })).status
    }
    await expect.poll(there, { ...atRest, interval: 20 }).toBe(200)
  }
  // All five were there while the file was still on its way.
  expect(await contentsAt(central.url, central.user)).toEqual({ film: null })
  await expect.poll(() => contentsAt(central.url, central.user), atRest).toEqual({ film: sha256(content) })
  await station.stop()
  line.close()
})
