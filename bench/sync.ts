import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { chainHash } from '../src/host/hash.ts'
import { createStationApp } from '../src/main/api/app.ts'
import { writePrivateFile } from '../src/host/folder.ts'
import { nowhere } from '../src/main/store/blob-files.ts'
import { newId } from '../src/host/id.ts'
import { openDatabase } from '../src/main/store/database.ts'
import { createIdentity, userNamed } from '../src/main/store/identity.ts'
import { migrate } from '../src/main/store/migrate.ts'
import { keepSearchMerged } from '../src/main/store/search-upkeep.ts'
import { openFiles } from '../src/main/open-files.ts'
import { createStore, type Store } from '../src/main/store/store.ts'
import { type Headquarters, openHeadquarters } from '../src/main/sync/headquarters.ts'
import { createClient } from '../src/main/sync/client.ts'
import { openOffice } from '../tests/sync/office.ts'
import { type Chain, createChain } from '../tests/support/chain.ts'
import { measureHeadquarters } from './headquarters.ts'
import { atLeast, atMost, type Result } from './results.ts'

/** The station against headquarters in memory, over a real socket and in a process of its own; and headquarters on its databases. */
export async function measureSync(large: boolean): Promise<Result[]> {
  const results = [
    ...(await measureApplying(large ? 1_000_000 : 30_000, large)),
    await measureWrites(),
    await measureFleet(),
    ...(await measureHeadquarters()),
  ]
  return results
}

interface Traffic {
  readonly sent: number
  readonly changes: number
}

/** Headquarters with so many units, in a process of its own. */
async function startOffice(count: number) {
  const child = fork(join(import.meta.dirname, 'office.ts'), [String(count)])
  const heard = async <Message>(): Promise<Message> => (await once(child, 'message'))[0] as Message
  const { url, code } = await heard<{ url: string; code: string }>()
  return {
    url,
    code,
    traffic() {
      child.send('traffic')
      return heard<Traffic>()
    },
    stop: () => child.disconnect(),
  }
}

interface Bench {
  readonly store: Store
  readonly line: Headquarters
  readonly app: Awaited<ReturnType<typeof createStationApp>>
  close(): Promise<void>
}

async function openBench(url: string, code?: string): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-bench-'))
  const database = openDatabase(join(folder, 'lotkeeper.db'))
  migrate(database)
  const readClock = () => ({
    wall_ms: Date.now(),
    boot_id: 'bench',
    uptime_ms: Math.floor(performance.now()),
  })
  const store = createStore(database, { newId, readClock })
  const search = keepSearchMerged(store)
  const user_id = newId()
  await store.commits.write((db) => {
    const created_at = Date.now()
    createIdentity(db, { station_id: newId(), station_name: 'Bench', incarnation: newId(), created_at })
    userNamed(db, { id: user_id, name: 'Operator', created_at })
  })
  const room = { attachment_max: 1, disk_reserve: 0 }
  const files = {
    ...(await openFiles(store, { attachments: join(folder, 'attachments') }, room)),
    source: nowhere,
  }
  const raw = await createStationApp({ store, files, onDefect: (error) => console.error(error) })
  const app: Bench['app'] = (request) =>
    raw(request, { key_id: 'bench', actor: { kind: 'user', id: user_id } })
  const line = await openHeadquarters({
    store,
    files: null,
    file: join(folder, 'headquarters.json'),
    writePrivate: writePrivateFile,
    newId,
    chance: Math.random,
    disk_free: () => null,
    interval_ms: 1_000,
    url,
    code: null,
    log: { info() {}, warn: (_fields, message) => console.error(message) },
  })
  if (code !== undefined) await line.enroll(url, code)
  return {
    store,
    line,
    app,
    async close() {
      await line.stop()
      search.stop()
      database.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const request = (method: string, target: string, body?: object) => ({
  method,
  target,
  origin: 'http://localhost:4780',
  header: (name: string) => (name === 'content-type' && body !== undefined ? 'application/json' : undefined),
  body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
  gone: () => false,
  onEnd() {},
})

/** A new station takes everything while a script goes on working with it. */
async function measureApplying(count: number, large: boolean): Promise<Result[]> {
  const office = await startOffice(count)
  const before = await office.traffic()
  const bench = await openBench(office.url, office.code)
  let done = false
  const waits: number[] = []
  const script = (async () => {
    for (let n = 0; !done; n += 1) {
      const due = performance.now() + 20
      await sleep(20)
      const asked = performance.now()
      const method = n % 2 === 0 ? 'GET' : 'POST'
      await bench.app(request(method, '/v2/batches', method === 'POST' ? { number: `OWN-${n}` } : undefined))
      // From when it was due: an event loop that is busy makes a script wait before anybody looks at its request.
      waits.push(performance.now() - Math.min(asked, due))
    }
  })()
  const started = performance.now()
  for (;;) {
    const cursor = bench.store.synced.meta(bench.store.db)?.cursor.seq ?? 0
    if (cursor >= count) break
    await sleep(50)
  }
  const seconds = (performance.now() - started) / 1_000
  done = true
  await script
  const after = await office.traffic()
  const applied = after.changes - before.changes
  const bytes = (after.sent - before.sent) / Math.max(1, applied)
  waits.sort((a, b) => a - b)
  const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]!
  await bench.close()
  office.stop()
  const results: Result[] = [
    {
      what: 'sync: changes applied per second, thousands',
      value: applied / seconds / 1_000,
      target: atLeast(50),
      detail: `${applied} changes in ${seconds.toFixed(1)} s while a script asks 50 times a second`,
    },
    {
      what: 'sync: local API p99 while applying, ms',
      value: at(0.99),
      target: atMost(5),
      detail: `p50 ${at(0.5).toFixed(1)} · p95 ${at(0.95).toFixed(1)} · most ${waits.at(-1)!.toFixed(1)} ms over ${waits.length} requests`,
    },
    {
      what: 'sync: bytes per change on the wire',
      value: bytes,
      target: atMost(70),
      detail: 'zstd, pages of 500 changes',
    },
  ]
  if (large)
    results.push({
      what: 'sync: a new station takes 1 M rows, s',
      value: seconds,
      target: atMost(30),
      detail: `${count} units`,
    })
  return results
}

/** What a headquarters costs a script that writes. */
async function measureWrites(): Promise<Result> {
  const office = await openOffice()
  const alone = await openBench(office.url)
  const together = await openBench(office.url, office.invite('Bench'))
  const rounds = 2_000
  const time = async ({ app }: Bench, name: string) => {
    const started = performance.now()
    for (let n = 0; n < rounds; n += 20)
      await Promise.all(
        Array.from({ length: 20 }, async (_, i) =>
          app(request('POST', '/v2/batches', { number: `${name}-${n + i}` })),
        ),
      )
    return rounds / ((performance.now() - started) / 1_000)
  }
  await time(alone, 'WARM')
  await time(together, 'WARM')
  const [without, withOne] = [await time(alone, 'LOT'), await time(together, 'LOT')]
  await alone.close()
  await together.close()
  await office.close()
  const result: Result = {
    what: 'sync: creates with a headquarters to creates without',
    value: withOne / without,
    target: atLeast(0.5),
    detail: `${Math.round(withOne)}/s while they are sent, ${Math.round(without)}/s alone, 20 at a time`,
  }
  return result
}

/** Stations that come back with full queues, all at once. */
async function measureFleet(stations = 200, queued = 500): Promise<Result> {
  const office = await openOffice()
  const chains: { chain: Chain; credential: string }[] = []
  for (let n = 0; n < stations; n += 1) {
    const station_id = `fleet-${n}`
    const credential = chainHash(station_id)
    office.credentials.set(credential, station_id)
    chains.push({ chain: createChain(station_id), credential })
  }
  const head = {
    version: '0',
    clock: { wall_ms: Date.now(), boot_id: '', uptime_ms: 0 },
    queue: { pending: queued, oldest_ms: null, conflicts: 0 },
    disk_free_bytes: null,
    people: [],
  }
  const pushes = chains.map(({ chain, credential }, s) => ({
    credential,
    message: chain.push(
      Array.from({ length: queued }, (_, n) => ({
        type: 'batch.create' as const,
        id: randomUUID(),
        number: `F-${s}-${n}`,
      })),
    ),
  }))
  const started = performance.now()
  const sent = await Promise.all(
    pushes.map(async ({ credential, message }) => {
      const client = createClient(office.url, credential)
      const outcome = await client.send(message, head, 0, new AbortController().signal)
      client.close()
      return outcome.kind === 'answer' && outcome.answer.kind === 'pushed'
    }),
  )
  const seconds = (performance.now() - started) / 1_000
  await office.close()
  const result: Result = {
    what: `sync: ${stations} stations × ${queued} operations drained, s`,
    value: seconds,
    target: atMost(20),
    detail: `${sent.filter(Boolean).length} stations drained, ${Math.round((stations * queued) / seconds)} operations/s, headquarters in memory`,
  }
  return result
}
