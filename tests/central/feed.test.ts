import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Database } from '../../src/central/store/database.ts'
import { indexSearch, migrate } from '../../src/central/store/migrate.ts'
import { connectPostgres } from '../../src/central/store/postgres.ts'
import { createSequencer, type Sequencer } from '../../src/central/store/sequencer.ts'
import { sql } from '../../src/central/store/sql.ts'
import { chainHash } from '../../src/host/hash.ts'
import type { JournaledOperation } from '../../src/model/operation.ts'
import { type Cursor, origin } from '../../src/model/sync/cursor.ts'
import { handle } from '../../src/model/sync/headquarters.ts'
import type { Answer, Request } from '../../src/model/sync/protocol.ts'
import { newDatabase, stopServer } from '../support/central.ts'
import { createChain, newBatch } from '../support/chain.ts'

const WRITERS = 8
const ROUNDS = 25
const tools = { hash: chainHash, sign: (text: string) => chainHash(`secret|${text}`) }

let url: string
const opened: Database[] = []
const connect = () => {
  const db = connectPostgres(url, (error) => console.error(error))
  opened.push(db)
  return db
}

beforeAll(async () => {
  url = await newDatabase()
  const db = connect()
  await migrate(db, () => Promise.resolve())
  await indexSearch(db)
}, 60_000)
afterAll(async () => {
  for (const db of opened) await db.close()
  stopServer()
})

/** Between numbering and commit time passes, each time another. */
const slow = (db: Database): Database => ({
  ...db,
  transaction: (work) =>
    db.transaction(async (tx) => {
      const result = await work(tx)
      await tx.rows(sql`SELECT pg_sleep(random() * 0.03)`)
      return result
    }),
})

const ask = (sequencer: Sequencer, asked: Request): Promise<Answer> =>
  asked.kind === 'push'
    ? sequencer.write((store, entries) => {
        for (const op of asked.ops) entries.set(op.op_id, op as unknown as JournaledOperation)
        return handle(store, asked, tools)
      }, asked)
    : sequencer.read((store) => handle(store, asked, tools))

async function write(number: number): Promise<string[]> {
  const sequencer = createSequencer(slow(connect()), () => Date.now())
  const chain = createChain(`station-${number}`)
  const acknowledged: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    // All writers make the same batches, which become one each, and one of their own each time.
    const answer = await ask(sequencer, chain.push([newBatch(`B-${round}`), newBatch(`W${number}-${round}`)]))
    if (answer.kind !== 'pushed') throw new Error(answer.kind)
    acknowledged.push(...answer.results.map(({ op_id }) => op_id))
  }
  return acknowledged
}

test('[I16] eight writers at once, slow between numbering and commit: no reader ever misses a change', async () => {
  let writing = true
  const read = async () => {
    const sequencer = createSequencer(connect(), () => Date.now())
    const chain = createChain('reader')
    const seen: string[] = []
    let cursor: Cursor = origin
    for (let last = false; ;) {
      const page = await ask(sequencer, chain.pull(cursor, 7))
      if (page.kind !== 'page') throw new Error(page.kind)
      // Without a gap: what comes is what follows.
      page.commits.forEach(({ seq }, i) => expect(seq).toBe(cursor.seq + i + 1))
      seen.push(...page.commits.map(({ op_id }) => op_id))
      cursor = page.to
      if (page.commits.length > 0) continue
      if (last) return seen
      last = !writing
    }
  }
  const readers = Promise.all([read(), read(), read()])
  const written = await Promise.all(Array.from({ length: WRITERS }, (_, number) => write(number)))
  writing = false
  const acknowledged = written.flat().sort()
  expect(acknowledged).toHaveLength(WRITERS * ROUNDS * 2)
  for (const seen of await readers) expect(seen.toSorted()).toEqual(acknowledged)
  const [live] = await connect().rows<{ n: number }>(
    sql`SELECT count(*) AS n FROM batches WHERE held IS NOT NULL`,
  )
  expect(live!.n).toBe(WRITERS * ROUNDS + ROUNDS)
}, 60_000)

test.each([
  `UPDATE batches SET number = 'X', key = 'x'`,
  `DELETE FROM units`,
  `TRUNCATE commits`,
  `INSERT INTO parts (id, number, key, pk, created_at, deleted, marks) VALUES ('p', 'P', 'p', 1, 1, false, '{}')`,
  `BEGIN; SELECT seq FROM headquarters FOR UPDATE; DELETE FROM batches; COMMIT`,
])('a write that goes round the feed is refused: %s', async (statement) => {
  const db = connect()
  await expect(db.script(statement)).rejects.toThrow('goes round the feed')
})

test('work that the database does not take fails alone', async () => {
  const sequencer = createSequencer(connect(), () => Date.now())
  const chain = createChain('good')
  const beyond = { wall_ms: 1e300, boot_id: 'boot', uptime_ms: 0 }
  const bad = ask(sequencer, createChain('bad').push([newBatch('LATE')], beyond))
  const good = ask(sequencer, chain.push([newBatch('GOOD')]))
  await expect(bad).rejects.toThrow('bigint')
  expect(await good).toMatchObject({ kind: 'pushed' })
})

test('a defect in one piece of work takes nothing of the others with it', async () => {
  const sequencer = createSequencer(connect(), () => Date.now())
  const broken = sequencer.write(() => {
    throw new Error('broken')
  })
  const good = ask(sequencer, createChain('good-2').push([newBatch('GOOD-2')]))
  await expect(broken).rejects.toThrow('deciding failed')
  expect(await good).toMatchObject({ kind: 'pushed' })
})
