import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'

import type { Database } from '../src/central/store/database.ts'
import { indexSearch, migrate } from '../src/central/store/migrate.ts'
import { openPglite } from '../src/central/store/pglite.ts'
import { connectPostgres } from '../src/central/store/postgres.ts'
import { createSequencer, type Sequencer } from '../src/central/store/sequencer.ts'
import { chainHash } from '../src/host/hash.ts'
import { newId } from '../src/host/id.ts'
import type { JournaledOperation, Operation } from '../src/model/operation.ts'
import { type Cursor, origin } from '../src/model/sync/cursor.ts'
import { handle } from '../src/model/sync/headquarters.ts'
import type { Answer, Request } from '../src/model/sync/protocol.ts'
import { shortened } from '../src/model/sync/short.ts'
import { createChain, newBatch } from '../tests/support/chain.ts'
import { startCluster } from '../tests/support/postgres.ts'
import { atLeast, atMost, type Result } from './results.ts'

export const STATIONS = 20
export const OPS = 250
const PUSHES = 4
const tools = { hash: chainHash, sign: (text: string) => chainHash(`secret|${text}`) }

const ask = (sequencer: Sequencer, asked: Request): Promise<Answer> =>
  asked.kind === 'push'
    ? sequencer.write((store, entries) => {
        for (const op of asked.ops) entries.set(op.op_id, op as unknown as JournaledOperation)
        return handle(store, asked, tools)
      }, asked)
    : sequencer.read((store) => handle(store, asked, tools))

/** What a station makes in a shift: a batch, then units in it, under numbers that no other station gives. */
function* shift(revision_id: string, line: number): Generator<Operation> {
  for (let lot = 1; ; lot++) {
    const batch_id = newId()
    yield { type: 'batch.create', id: batch_id, number: `LOT-${line}-${lot}` }
    for (let i = 0; i < 9; i++) {
      yield {
        type: 'unit.create',
        id: newId(),
        serial_number: `SN-${line}-${lot}-${i}`,
        revision_id,
        batch_id,
        sample: null,
        metadata: { fixture: `F-${i % 3}`, torque: 1.25 * i },
      }
    }
  }
}

async function timed(work: () => Promise<number>): Promise<number> {
  const started = performance.now()
  const done = await work()
  return done / ((performance.now() - started) / 1000)
}

export async function writes(sequencer: Sequencer) {
  const part_id = newId()
  const revision_id = newId()
  const first = createChain('first')
  await ask(
    sequencer,
    first.push([
      { type: 'part.create', id: part_id, number: 'PCB', name: 'Board' },
      { type: 'revision.create', id: revision_id, part_id, number: 'A' },
    ]),
  )
  const single = await timed(async () => {
    for (let i = 0; i < 200; i++) await ask(sequencer, first.push([newBatch(`S-${i}`)]))
    return 200
  })
  // Made beforehand: what stations do is not headquarters' work.
  const stations = Array.from({ length: STATIONS }, (_, line) => {
    const chain = createChain(`station-${line}`)
    const operations = shift(revision_id, line)
    return Array.from({ length: PUSHES }, () =>
      chain.push(Array.from({ length: OPS }, () => operations.next().value as Operation)),
    )
  })
  const backlog = await timed(async () => {
    await Promise.all(
      stations.map(async (pushes) => {
        for (const push of pushes) await ask(sequencer, push)
      }),
    )
    return STATIONS * PUSHES * OPS
  })
  return { single, backlog }
}

export async function reads(sequencer: Sequencer) {
  let bytes = 0
  let packed = 0
  let changes = 0
  const rate = await timed(async () => {
    const chain = createChain('reader')
    for (let cursor: Cursor = origin; ;) {
      const answer = await ask(sequencer, chain.pull(cursor, 1_000))
      if (answer.kind !== 'page' || answer.commits.length === 0) return changes
      changes += answer.commits.length
      const text = JSON.stringify(shortened(answer, chain.station_id))
      bytes += text.length
      packed += zstdCompressSync(text).length
      cursor = answer.to
    }
  })
  return { rate, bytes: bytes / changes, packed: packed / changes }
}

/** What headquarters bears on one of its databases, empty at first. */
async function measureOn(name: string, db: Database, target: number): Promise<Result[]> {
  await migrate(db, () => Promise.resolve())
  await indexSearch(db)
  const sequencer = createSequencer(db, () => Date.now())
  const { single, backlog } = await writes(sequencer)
  const { rate, bytes, packed } = await reads(sequencer)
  return [
    {
      what: `headquarters on ${name}: operations per second`,
      value: backlog,
      target: atLeast(target),
      detail: `${STATIONS} stations, ${OPS} at a time; one station, one by one: ${Math.round(single)} a second`,
    },
    {
      what: `headquarters on ${name}: bytes per change on the wire`,
      value: packed,
      target: atMost(70),
      detail: `zstd, pages of 1,000; ${Math.round(bytes)} before, ${Math.round(rate)} changes read a second`,
    },
  ]
}

/** Headquarters on PostgreSQL that waits for its disk, and on the embedded database. */
export async function measureHeadquarters(): Promise<Result[]> {
  const cluster = await startCluster(true)
  const postgres = connectPostgres(cluster.createDatabase('bench'), (error) => console.error(error))
  const results = await measureOn('PostgreSQL', postgres, 10_000)
  await postgres.close()
  cluster.stop()
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-bench-'))
  const embedded = await openPglite(join(folder, 'postgres'))
  results.push(...(await measureOn('PGlite', embedded, 5_000)))
  await embedded.close()
  rmSync(folder, { recursive: true, force: true })
  return results
}
