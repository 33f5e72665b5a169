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
  /** How far headquarters' feed goes. */
  readonly head: number
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
    /** 30,000 units more. */
    fill() {
      child.send('fill')
      return heard<Traffic>()
    },
    stop: () => child.disconnect(),
  }
}

interface Bench {
  readonly store: Store
  readonly line: Headquarters
  /** The line is let go of, and taken up again. */
  hangUp(): Promise<void>
  call(): Promise<void>
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
  const open = () =>
    openHeadquarters({
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
  let line = await open()
  if (code !== undefined) await line.enroll(url, code)
  return {
    store,
    get line() {
      return line
    },
    hangUp: () => line.stop(),
    async call() {
      line = await open()
    },
    app,
    async close() {
      await line.stop()
      search.stop()
      store.commits.flush()
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

/** A script that asks and writes 50 times a second, until it is stopped. */
function startScript({ app }: Bench) {
  let done = false
  const waits: number[] = []
  const script = (async () => {
    for (let n = 0; !done; n += 1) {
      const due = performance.now() + 20
      await sleep(20)
      const asked = performance.now()
      const method = n % 2 === 0 ? 'GET' : 'POST'
      await app(request(method, '/v2/batches', method === 'POST' ? { number: `OWN-${newId()}` } : undefined))
      // From when it was due: an event loop that is busy makes a script wait before anybody looks at its request.
      waits.push(performance.now() - Math.min(asked, due))
    }
  })()
  return {
    async stop() {
      done = true
      await script
      waits.sort((a, b) => a - b)
      const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]!
      const detail = `p50 ${at(0.5).toFixed(1)} · p95 ${at(0.95).toFixed(1)} · most ${waits.at(-1)!.toFixed(1)} ms over ${waits.length} requests`
      return { p99: at(0.99), detail }
    },
  }
}

async function untilRead({ store }: Bench, seq: number): Promise<number> {
  const started = performance.now()
  while ((store.synced.meta(store.db)?.cursor.seq ?? 0) < seq) await sleep(20)
  return (performance.now() - started) / 1_000
}

/** A new station takes everything while a script works with it; then it was away and comes back. */
async function measureApplying(count: number, large: boolean): Promise<Result[]> {
  const office = await startOffice(count)
  const before = await office.traffic()
  const bench = await openBench(office.url, office.code)
  const early = startScript(bench)
  const seconds = await untilRead(bench, before.head)
  const first = await early.stop()
  const after = await office.traffic()
  const applied = after.changes - before.changes
  const bytes = (after.sent - before.sent) / Math.max(1, applied)
  const late = await measureReturn(bench, office)
  await bench.close()
  office.stop()
  return [
    {
      what: `sync: a new station takes ${large ? '1 M' : '30 k'} rows, s`,
      value: seconds,
      ...(large ? { target: atMost(30) } : {}),
      detail: `${count} units, ${(applied / seconds / 1_000).toFixed(1)} k changes a second while a script asks 50 times a second`,
    },
    {
      what: 'sync: local API p99 while a new station reads, ms',
      value: first.p99,
      target: atMost(5),
      detail: first.detail,
    },
    { what: 'sync: bytes per change on the wire', value: bytes, target: atMost(70), detail: 'zstd' },
    ...late,
  ]
}

async function measureReturn(
  bench: Bench,
  office: Awaited<ReturnType<typeof startOffice>>,
): Promise<Result[]> {
  await bench.line.round()
  await bench.hangUp()
  const { head: from } = await office.traffic()
  await office.fill()
  const { head } = await office.traffic()
  await bench.call()
  const script = startScript(bench)
  const seconds = await untilRead(bench, head)
  const { p99, detail } = await script.stop()
  return [
    {
      what: 'sync: changes applied per second, thousands',
      value: (head - from) / seconds / 1_000,
      target: atLeast(50),
      detail: `${head - from} changes in ${seconds.toFixed(1)} s, page by page, while a script asks 50 times a second`,
    },
    { what: 'sync: local API p99 while applying, ms', value: p99, target: atMost(5), detail },
  ]
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
