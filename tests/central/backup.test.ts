import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { backUp, type BackupMade } from '../../src/central/backup.ts'
import type { Database } from '../../src/central/store/database.ts'
import { readFleet } from '../../src/central/store/fleet.ts'
import { connectPostgres } from '../../src/central/store/postgres.ts'
import { createSequencer } from '../../src/central/store/sequencer.ts'
import { sql } from '../../src/central/store/sql.ts'
import { chainHash } from '../../src/host/hash.ts'
import { isProblem, type Problem, problemLine } from '../../src/host/problem.ts'
import type { JournaledOperation } from '../../src/model/operation.ts'
import { origin } from '../../src/model/sync/cursor.ts'
import { handle } from '../../src/model/sync/headquarters.ts'
import { emptyDatabase, newDatabase, openDatabase, stopServer } from '../support/central.ts'
import { createChain, newBatch } from '../support/chain.ts'

const tools = { hash: chainHash, sign: (text: string) => chainHash(`secret|${text}`) }
const NOW = Date.parse('2026-03-04T05:06:07.000Z')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lotkeeper-backups-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
afterAll(stopServer)

const back = (db: Database, file?: string) => backUp(db, folder, file, () => NOW)
const lineOf = (answer: BackupMade | Problem) => (isProblem(answer) ? problemLine(answer) : 'it was made')

async function push(db: Database, numbers: readonly string[]): Promise<void> {
  const asked = createChain('line-1').push(numbers.map(newBatch))
  await createSequencer(db, () => NOW).write((store, entries) => {
    for (const op of asked.ops) entries.set(op.op_id, op as unknown as JournaledOperation)
    return handle(store, asked, tools)
  }, asked)
}

const safeSeq = async (db: Database) => {
  const page = await createSequencer(db, () => NOW).read((store) =>
    handle(store, createChain('line-2').pull(origin, 1), tools),
  )
  return page.kind === 'page' ? page.safe_seq : page.kind
}

describe.each([
  ['postgres', 'headquarters-20260304T050607Z.dump'],
  ['pglite', 'headquarters-20260304T050607Z.tar.gz'],
] as const)('%s', (kind, name) => {
  let db: Database
  beforeAll(async () => {
    db = await openDatabase(kind)
  }, 120_000)
  beforeEach(() => emptyDatabase(db))
  afterAll(() => db.close())

  test('[S14] a backup counts when it was restored: from then on stations may forget what is in it', async () => {
    await push(db, ['LOT-1', 'LOT-2'])
    expect(await safeSeq(db)).toBe(0)
    const made = await back(db)
    expect(made).toMatchObject({
      file: join(folder, name),
      seq: 2,
      verified_at: '2026-03-04T05:06:07.000Z',
    })
    expect(readdirSync(folder)).toEqual([name])
    expect(await safeSeq(db)).toBe(2)
    await push(db, ['LOT-3'])
    expect((await readFleet(db, NOW)).headquarters).toMatchObject({
      last_backup: { seq: 2, verified_at: '2026-03-04T05:06:07.000Z' },
      changes_since_backup: 1,
    })
  }, 120_000)

  test('an empty headquarters can be backed up too', async () => {
    expect(await back(db)).toMatchObject({ seq: 0 })
  }, 120_000)

  test('[S14] a copy whose history breaks is thrown away, and stations keep what they have', async () => {
    await push(db, ['LOT-1', 'LOT-2', 'LOT-3'])
    await db.script(
      `BEGIN; SET LOCAL session_replication_role = replica; UPDATE commits SET rows = '[]' WHERE seq = 2; COMMIT`,
    )
    expect(lineOf(await back(db))).toMatch(/breaks at change 2/)
    expect(readdirSync(folder)).toEqual([])
    expect(await safeSeq(db)).toBe(0)
    expect((await readFleet(db, NOW)).headquarters).toMatchObject({ last_backup: null })
  }, 120_000)

  test('a file that is there already stays as it is', async () => {
    const file = join(folder, 'mine')
    writeFileSync(file, 'dear')
    expect(lineOf(await back(db, file))).toMatch(/exists already/)
    expect(lineOf(await back(db, join(file, 'x')))).toMatch(/is not a folder/)
    expect(await safeSeq(db)).toBe(0)
  }, 120_000)
})

test('the scratch database is gone afterwards; what an earlier crash left of it is in nobody’s way', async () => {
  const url = await newDatabase()
  const db = connectPostgres(url, () => undefined)
  const scratch = `${new URL(url).pathname.slice(1)}_scratch`
  await db.rows(sql`SELECT 1`)
  await db.script(`CREATE DATABASE ${scratch}`)
  const file = join(folder, 'dump')
  expect(await db.copyTo(file)).toBe(undefined)
  const copy = await db.openCopy(file)
  if (isProblem(copy)) throw new Error(problemLine(copy))
  await copy.close()
  expect(await db.rows(sql`SELECT datname FROM pg_database WHERE datname = ${scratch}`)).toEqual([])
  writeFileSync(file, 'no dump')
  expect(await db.openCopy(file)).toMatchObject({
    cause: expect.stringMatching(/pg_restore failed/) as unknown,
  })
  expect(await db.rows(sql`SELECT datname FROM pg_database WHERE datname = ${scratch}`)).toEqual([])
  await db.close()
}, 60_000)

test('a user who may not make databases is told what to allow; a password is never on a command line', async () => {
  const url = await newDatabase()
  const admin = connectPostgres(url, () => undefined)
  await admin.script(
    `CREATE ROLE plain LOGIN PASSWORD 'a:b\\c'; ALTER DATABASE ${new URL(url).pathname.slice(1)} OWNER TO plain`,
  )
  const address = new URL(url)
  address.username = 'plain'
  address.password = encodeURIComponent('a:b\\c')
  const db = connectPostgres(address.href, () => undefined)
  expect(lineOf(await back(db))).toContain('ALTER ROLE lotkeeper CREATEDB')
  expect(existsSync(join(folder, 'headquarters-20260304T050607Z.dump'))).toBe(false)
  await db.close()
  await admin.close()
}, 60_000)
