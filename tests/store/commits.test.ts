import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Commits, createCommits } from '../../src/main/store/commits.ts'
import { type Database, openDatabase, type WritableDb } from '../../src/main/store/database.ts'
import { sql } from '../../src/main/store/sql.ts'
import { refuse } from '../../src/model/error.ts'

let folder: string
let database: Database
let commits: Commits
let begun: number
let forced: number
let disk: Error | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lotkeeper-commits-'))
  database = openDatabase(join(folder, 'test.db'))
  database.execute('CREATE TABLE notes (text TEXT UNIQUE)')
  begun = 0
  forced = 0
  disk = undefined
  const counting: Database = {
    ...database,
    get in_transaction() {
      return database.in_transaction
    },
    execute(text) {
      if (text === 'BEGIN IMMEDIATE') begun += 1
      database.execute(text)
    },
    async force() {
      forced += 1
      if (disk !== undefined) throw disk
      await database.force()
    },
  }
  commits = createCommits(counting)
})

afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const note = (text: string) => (db: WritableDb) =>
  db.run(sql`INSERT INTO notes (text) VALUES (${text})`).changes
const notes = () =>
  database.all<{ text: string }>(sql`SELECT text FROM notes ORDER BY rowid`).map(({ text }) => text)

/** Writes and then says no, or fails. */
const refused = (db: WritableDb) => {
  note('refused')(db)
  return refuse('CONFLICT', 'no')
}
const failing = (db: WritableDb) => {
  note('failed')(db)
  throw new Error('defect')
}

test('writes of one turn share a transaction, and one that refuses or fails takes nothing of the others with it', async () => {
  const outcomes = await Promise.allSettled([
    commits.write(note('a')),
    commits.write(refused),
    commits.write(failing),
    commits.write(note('a')),
    commits.write(note('b')),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ])
  expect(notes()).toEqual(['a', 'b'])
  expect(begun).toBe(1)
})

test.for(['write', 'writeAlone'] as const)(
  'a lonely %s that refuses or fails leaves nothing',
  async (how) => {
    expect(await commits[how](refused)).toMatchObject({ code: 'CONFLICT' })
    await expect(commits[how](failing)).rejects.toThrow('defect')
    expect(notes()).toEqual([])
    expect(commits.version).toBe(0)
    expect(database.in_transaction).toBe(false)
    await commits[how](note('a'))
    expect(notes()).toEqual(['a'])
    expect(commits.version).toBe(1)
  },
)

test('who writes alone has a transaction of his own, after those who share one', async () => {
  await Promise.allSettled([
    commits.write(note('a')),
    commits.write(note('b')),
    commits.writeAlone(note('c')),
    commits.writeAlone(failing),
    commits.write(note('d')),
    commits.write(note('e')),
  ])
  expect(notes()).toEqual(['a', 'b', 'd', 'e', 'c'])
  expect(begun).toBe(3)
})

test('whoever writes waits for one piece of something long at most, and so does the next piece', async () => {
  const pieces = ['1', '2', '3', '4'].map((piece) => commits.writeSoon(note(piece)))
  await commits.write(note('a'))
  expect(notes()).toEqual(['a'])
  await commits.write(note('b'))
  await commits.write(note('c'))
  expect(notes()).toEqual(['a', '1', 'b', '2', 'c'])
  await Promise.all(pieces)
  expect(notes()).toEqual(['a', '1', 'b', '2', 'c', '3', '4'])
})

test('what does not wait for the disk is forced onto it beside, and only that', async () => {
  await commits.write(note('a'))
  await commits.writeAlone(note('b'))
  expect(forced).toBe(0)
  await commits.writeSoon(note('c'))
  await commits.tidy(note('d'))
  expect(forced).toBe(2)
  await Promise.allSettled([commits.writeSoon(failing), commits.writeSoon(refused)])
  expect(notes()).toEqual(['a', 'b', 'c', 'd'])
})

test('onDisk forces what is not on the disk for certain, and says what the disk says', async () => {
  await commits.onDisk()
  await commits.onDisk()
  expect(forced).toBe(1)
  disk = Object.assign(new Error('no room'), { code: 'ENOSPC' })
  await commits.writeSoon(note('a'))
  await expect(commits.onDisk()).rejects.toThrow('no room')
  disk = undefined
  await commits.onDisk()
  expect(forced).toBe(4)
  await commits.onDisk()
  expect(forced).toBe(4)
  expect(notes()).toEqual(['a'])
})

test('while a file is forced onto the disk no other takes its place', async () => {
  const other = join(folder, 'other.db')
  openDatabase(other).close()
  await commits.writeSoon(note('a'))
  expect(() => database.replaceWith(other)).toThrow(/is being forced to the disk/)
  expect(notes()).toEqual(['a'])
  await expect.poll(() => whyNot(other)).toBeUndefined()
  expect(database.all(sql`SELECT name FROM sqlite_schema`)).toEqual([])
})

/** What keeps another file from taking the place of this one; undefined if it has taken it. */
function whyNot(other: string): unknown {
  try {
    database.replaceWith(other)
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

test('flush commits what waits', () => {
  void commits.write(note('a'))
  commits.flush()
  expect(notes()).toEqual(['a'])
})
