import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { chainHash } from '../src/host/hash.ts'
import { createClient } from '../src/main/sync/client.ts'
import { sql } from '../src/main/store/sql.ts'
import { openOffice } from '../tests/sync/office.ts'
import { type Chain, createChain } from '../tests/support/chain.ts'
import { measureHeadquarters } from './headquarters.ts'
import { measureNewHistory } from './new-history.ts'
import { atLeast, atMost, type Result } from './results.ts'
import { type Bench, openBench, request, startOffice, startScript } from './sync-station.ts'

/** The station against headquarters in memory, over a real socket and in a process of its own; and headquarters on its databases. */
export async function measureSync(large: boolean): Promise<Result[]> {
  const results = [
    await measureQuiet(),
    ...(await measureApplying(large ? 1_000_000 : 30_000, large)),
    await measureWrites(),
    ...(await measureBacklog()),
    await measureTurn(),
    await measureNewHistory(large ? 200_000 : 30_000),
    await measureFleet(),
    ...(await measureHeadquarters()),
  ]
  return results
}

/** What the same script waits for at a station that has no headquarters: what the others are to be compared with. */
async function measureQuiet(seconds = 10): Promise<Result> {
  const bench = await openBench('http://localhost')
  const script = startScript(bench)
  await sleep(seconds * 1_000)
  const { p99, detail } = await script.stop()
  await bench.close()
  return { what: 'sync: local API p99 without headquarters, ms', value: p99, detail }
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
  await office.tell('fill')
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

/** A station that was alone for weeks: batches, and ten units of one revision for each. */
async function openBacklog(url: string, part_number: string, operations: number): Promise<Bench> {
  const bench = await openBench(url)
  const post = async (path: string, body: object) => bench.app(request('POST', path, body))
  await post('/v2/parts', { number: part_number, name: 'Board' })
  await post(`/v2/parts/${part_number}/revisions`, { number: 'A' })
  const of = { part_number, revision_number: 'A' }
  for (let lot = 0; lot < operations / 11; lot += 1) {
    await post('/v2/batches', { number: `OWN-LOT-${lot}` })
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => post('/v2/units', { ...of, serial_number: `${lot}-${n}` })),
    )
  }
  return bench
}

/** Somebody else made that revision as well, so all that waits is of theirs from the first page on. */
async function measureTurn(operations = 20_000): Promise<Result> {
  const office = await startOffice(1)
  const bench = await openBacklog(office.url, 'P-1', operations)
  const { synced, db } = bench.store
  const revision = () => db.one<{ id: string }>(sql`SELECT id FROM revisions WHERE key = 'a'`)!.id
  const mine = revision()
  const before = synced.outbox.byId(db).size
  await bench.line.enroll(office.url, office.code)
  while (synced.fold === null) await sleep(20)
  const script = startScript(bench)
  const started = performance.now()
  while (revision() === mine) await sleep(5)
  const seconds = (performance.now() - started) / 1_000
  const { most, detail } = await script.stop()
  await bench.close()
  office.stop()
  return {
    what: 'sync: longest wait while all of a backlog comes out otherwise, ms',
    value: most,
    target: atMost(50),
    detail: `${before} waiting, all of them of a revision that somebody else made too: after ${seconds.toFixed(1)} s they are of that one; ${detail}`,
  }
}

/** What was made alone leaves. */
async function measureBacklog(operations = 20_000): Promise<Result[]> {
  const office = await startOffice(1)
  const bench = await openBacklog(office.url, 'PCB', operations)
  const { synced, db } = bench.store
  const waiting = () => synced.outbox.byId(db).size
  const before = waiting()
  await bench.line.enroll(office.url, office.code)
  // Before the first leaves, each is looked at once: that is measured apart.
  const begun = performance.now()
  while (synced.fold === null) await sleep(20)
  const looked_s = (performance.now() - begun) / 1_000
  const script = startScript(bench)
  const started = performance.now()
  while (waiting() > before / 100) await sleep(20)
  const seconds = (performance.now() - started) / 1_000
  const { p99, detail } = await script.stop()
  await bench.close()
  office.stop()
  return [
    {
      what: 'sync: operations of a backlog sent and confirmed per second',
      value: (before * 0.99) / seconds,
      target: atLeast(1_000),
      detail: `${before} waiting, all of one revision; before that ${looked_s.toFixed(1)} s to look at them once`,
    },
    {
      what: 'sync: local API p99 while a backlog leaves, ms',
      value: p99,
      target: atMost(5),
      detail,
    },
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
