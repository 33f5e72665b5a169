import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { openDatabase } from '../../src/main/store/database.ts'
import { sql } from '../../src/main/store/sql.ts'
import { type RunningStation, startStation, temporaryFolder } from '../support/process.ts'
import { mayMount, disk } from '../support/disk.ts'

interface Announced {
  readonly id: string
  readonly upload_url: string
}

async function announce(station: RunningStation, name: string): Promise<Announced> {
  const answer = await station.call('POST', '/v2/attachments', { name })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Announced
}

const send = (url: string, body: Uint8Array<ArrayBuffer>) => fetch(url, { method: 'PUT', body })

/** Begins an upload on a socket of its own and leaves it open after the first bytes. */
async function begin(url: string, size: number, first: Uint8Array): Promise<Socket> {
  const { port, hostname, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(`PUT ${pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`)
  socket.write(first)
  return socket
}

async function received(url: string): Promise<number> {
  const answer = await fetch(url, { method: 'HEAD' })
  return Number(answer.headers.get('upload-offset'))
}

/** Different bytes each time, and the same for the same seed. */
function bytes(seed: number, size: number): Uint8Array<ArrayBuffer> {
  const block = createHash('sha512').update(String(seed)).digest()
  return new Uint8Array(size).map((_, i) => block[i % 64]! ^ (i >> 8))
}

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

async function download(station: RunningStation, id: string): Promise<Uint8Array> {
  const answer = await station.call('POST', `/v2/attachments/${id}/finalize`)
  const { url } = (await answer.json()) as { url: string }
  return new Uint8Array(await (await fetch(url)).arrayBuffer())
}

test('a large file goes in and out over a real socket, and batches are answered meanwhile', async () => {
  const station = await startStation(temporaryFolder())
  const content = bytes(1, 40_000_000)
  const { id, upload_url } = await announce(station, 'scope.bin')
  expect(new URL(upload_url).origin).toBe(station.url)
  const sending = send(upload_url, content)
  expect((await station.call('POST', '/v2/batches', { number: 'LOT' })).status).toBe(200)
  const answer = await sending
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { id, size: content.length, sha256: sha256(content) },
  ])
  expect(sha256(await download(station, id))).toBe(sha256(content))
  expect((await station.stop()).code).toBe(0)
})

test('an upload whose line broke goes on where it stopped', async () => {
  const station = await startStation(temporaryFolder())
  const content = bytes(2, 900_000)
  const { id, upload_url } = await announce(station, 'log.bin')
  const socket = await begin(upload_url, content.length, content.subarray(0, 500_000))
  await expect.poll(() => received(upload_url)).toBe(500_000)
  socket.destroy()
  const rest = await fetch(upload_url, {
    method: 'PUT',
    body: content.slice(500_000),
    headers: { 'content-range': `bytes 500000-899999/900000` },
  })
  expect(rest.status).toBe(200)
  expect(sha256(await download(station, id))).toBe(sha256(content))
  await station.stop()
})

test('a client that gave up and sends everything again is not kept waiting by its own dead connection', async () => {
  const station = await startStation(temporaryFolder())
  const content = bytes(3, 300_000)
  const { id, upload_url } = await announce(station, 'log.bin')
  const socket = await begin(upload_url, content.length, bytes(4, 100_000))
  await expect.poll(() => received(upload_url)).toBe(100_000)
  expect((await send(upload_url, content)).status).toBe(200)
  socket.destroy()
  expect(sha256(await download(station, id))).toBe(sha256(content))
  await station.stop()
})

test('a station that loses its power in the middle of uploads has every file that it answered, whole, and no other', async () => {
  const folder = temporaryFolder()
  const kept = new Map<string, string>()
  for (let round = 0; round < 3; round++) {
    const station = await startStation(folder)
    const one = await announce(station, 'torn.bin')
    await begin(one.upload_url, 5_000_000, bytes(round, 1_000_000))
    await expect.poll(() => received(one.upload_url)).toBe(1_000_000)
    const writers = Array.from({ length: 4 }, async (_, w) => {
      try {
        for (let n = 0; ; n++) {
          const content = bytes(round * 1_000 + w * 100 + n, 200_000 + n)
          const { id, upload_url } = await announce(station, `R${round}W${w}N${n}`)
          if ((await send(upload_url, content)).status === 200) kept.set(id, sha256(content))
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
      }
    })
    while (kept.size < 12 * (round + 1)) await station.call('GET', '/health').catch(() => undefined)
    station.process.kill('SIGKILL')
    await Promise.all([...writers, station.ended])

    const again = await startStation(folder)
    expect(await received(one.upload_url.replace(station.url, again.url))).toBe(0)
    for (const [id, hash] of kept) expect(sha256(await download(again, id)), id).toBe(hash)
    await again.stop()
    const db = openDatabase(join(folder, 'lotkeeper.db'))
    const rows = db.all<{ sha256: string }>(sql`SELECT sha256 FROM attachments`)
    for (const row of rows) expect(existsSync(join(folder, 'attachments', row.sha256))).toBe(true)
    expect(readdirSync(join(folder, 'attachments')).filter((name) => name.endsWith('.part'))).toEqual([])
    db.close()
  }
})

test.runIf(mayMount)(
  'an upload that nobody announced the size of fills the disk and is gone from it at once',
  async () => {
    const folder = disk('size=12m')
    const station = await startStation(folder, ['--disk-reserve', '0'])
    const { upload_url } = await announce(station, 'endless')
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if ((sent += 1) > 30) controller.close()
        else controller.enqueue(bytes(sent, 1_000_000))
      },
    })
    const answer = await fetch(upload_url, { method: 'PUT', body, duplex: 'half' }).catch(() => undefined)
    // Who is still sending may not hear why.
    expect([507, undefined]).toContain(answer?.status)
    const left = () => readdirSync(join(folder, 'attachments')).filter((name) => name.endsWith('.part'))
    await expect.poll(left).toEqual([])
    expect((await station.call('POST', '/v2/batches', { number: 'AFTER' })).status).toBe(200)
    expect(station.said()).not.toContain('defect')
    await station.stop()
  },
)

test.runIf(mayMount)('a disk that fills up refuses attachments long before batches', async () => {
  const folder = disk('size=24m')
  const station = await startStation(folder, ['--disk-reserve', '10'])
  const answers: Response[] = []
  while (answers.every(({ status }) => status === 200)) {
    const { upload_url } = await announce(station, `${answers.length}.bin`)
    answers.push(await send(upload_url, bytes(answers.length, 2_000_000)))
  }
  expect(await answers.at(-1)!.json()).toMatchObject({ code: 'INSUFFICIENT_STORAGE' })
  expect(answers.at(-1)!.status).toBe(507)
  expect(answers.length).toBeGreaterThan(4)
  for (let n = 0; n < 200; n++)
    expect((await station.call('POST', '/v2/batches', { number: `B-${n}` })).status).toBe(200)
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(join(folder, 'ballast'), new Uint8Array(bavail * bsize - 3_000_000))
  const small = await announce(station, 'small')
  expect((await send(small.upload_url, bytes(1, 10))).status).toBe(507)
  expect((await station.call('POST', '/v2/batches', { number: 'LAST' })).status).toBe(200)
  rmSync(join(folder, 'ballast'))
  expect(readdirSync(join(folder, 'attachments')).filter((name) => name.endsWith('.part'))).toEqual([])
  await station.stop()
})
