import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { followChain } from '../../src/central/store/chain-check.ts'
import type { Database } from '../../src/central/store/database.ts'
import { indexSearch, migrate } from '../../src/central/store/migrate.ts'
import { openPglite } from '../../src/central/store/pglite.ts'
import { connectPostgres } from '../../src/central/store/postgres.ts'
import { createSequencer, type Sequencer } from '../../src/central/store/sequencer.ts'
import { sql } from '../../src/central/store/sql.ts'
import { chainHash } from '../../src/host/hash.ts'
import type { JournaledOperation } from '../../src/model/operation.ts'
import { origin } from '../../src/model/sync/cursor.ts'
import { handle } from '../../src/model/sync/headquarters.ts'
import type { Page, PushRequest } from '../../src/model/sync/protocol.ts'
import { newDatabase, stopServer } from '../support/central.ts'
import { createChain, newBatch } from '../support/chain.ts'

const tools = { hash: chainHash, sign: (text: string) => chainHash(`secret|${text}`) }

const databases: Record<string, () => Promise<Database>> = {
  PostgreSQL: async () => connectPostgres(await newDatabase(), (error) => console.error(error)),
  PGlite: () => openPglite(undefined),
}

const push = (sequencer: Sequencer, asked: PushRequest) =>
  sequencer.write((store, entries) => {
    for (const op of asked.ops) entries.set(op.op_id, op as unknown as JournaledOperation)
    return handle(store, asked, tools)
  }, asked)

const pull = async (sequencer: Sequencer) => {
  const asked = createChain('reader').pull(origin, 5_000)
  return (await sequencer.read((store) => handle(store, asked, tools))) as Page
}

afterAll(stopServer)

describe.each(Object.keys(databases))('on %s', (name) => {
  let db: Database
  let sequencer: Sequencer
  beforeAll(async () => {
    db = await databases[name]!()
    await migrate(db, () => Promise.resolve())
    await indexSearch(db)
    sequencer = createSequencer(db, () => Date.now())
  }, 60_000)
  afterAll(() => db.close())

  const numbers = async () => {
    const found = await db.rows<{ number: string }>(sql`SELECT number FROM batches ORDER BY pk`)
    return found.map(({ number }) => number)
  }

  test('texts are stored as they came, whatever is in them', async () => {
    const texts = [
      'a\tb',
      'a\nb',
      'a\r\nb',
      'a\\b',
      'a\\',
      '\\N',
      '\\.',
      'null',
      '"',
      "'",
      'ÄÖ ✓ 😀',
      '\\t',
      '\u2028',
    ]
    await push(sequencer, createChain('texts').push(texts.map(newBatch)))
    expect(await numbers()).toEqual(texts)
    const { commits } = await pull(sequencer)
    expect(commits.map(({ rows }) => rows[0]!.name)).toEqual(texts)
    expect(await followChain(db)).toMatchObject({ seq: texts.length })
  })

  test.each([
    ['\0', 'invalid byte sequence'],
    ['\ud800', 'half a character'],
  ])('a station named with %j is not taken, and nothing of it stays', async (sign, words) => {
    const before = await numbers()
    const bad = push(sequencer, createChain(`bad ${sign}`).push([newBatch('BAD')]))
    await expect(bad).rejects.toThrow(words)
    expect(await numbers()).toEqual(before)
  })

  test('what comes in pieces of one transaction is what its operations say', async () => {
    const many = 300
    const chain = createChain('one')
    const ids = Array.from({ length: many }, () => randomUUID())
    const asked = [
      createChain('zero').push([newBatch('O')]),
      chain.push(ids.map((id, i) => ({ type: 'batch.create', id, number: `P-${i}` }))),
      chain.push(ids.map((id, i) => ({ type: 'batch.rename', id, number: `Q-${i}` }))),
      createChain('two').push(ids.map((_, i) => newBatch(`P-${i}`))),
    ]
    // The first keeps the others waiting, so that they go into one transaction.
    await Promise.all(asked.map((one) => push(sequencer, one)))
    const [found] = await db.rows(sql`
      SELECT count(*) FILTER (WHERE number LIKE 'Q-%') AS renamed, count(*) FILTER (WHERE number LIKE 'P-%') AS anew,
        count(DISTINCT number) AS numbers, count(DISTINCT held) AS held
      FROM batches WHERE number LIKE 'P-%' OR number LIKE 'Q-%'`)
    expect(found).toEqual({ renamed: many, anew: many, numbers: 2 * many, held: 2 * many })
    expect(await followChain(db)).toHaveProperty('seq')
    const { commits } = await pull(sequencer)
    expect(commits.every(({ result }) => result === 'applied')).toBe(true)
  })
})
