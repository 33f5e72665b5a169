import { createHash } from 'node:crypto'

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Database } from '../../src/central/store/database.ts'
import { heldOf, readFile, readPiece, sweepFiles, takePiece } from '../../src/central/store/files.ts'
import { sql } from '../../src/central/store/sql.ts'
import { emptyDatabase, openDatabase, stopServer } from '../support/central.ts'

const DAY_MS = 24 * 3_600_000
const CONTENT = Buffer.from('the bytes of an attachment')
const blob = { sha256: createHash('sha256').update(CONTENT).digest('hex'), size: CONTENT.length }

afterAll(stopServer)

describe.each(['postgres', 'pglite'] as const)('bytes at headquarters, on %s', (kind) => {
  let db: Database
  beforeAll(async () => void (db = await openDatabase(kind)), 120_000)
  beforeEach(() => emptyDatabase(db))
  afterAll(() => db.close())

  const take = (from: number, to: number, bytes: Uint8Array = CONTENT.subarray(from, to)) =>
    takePiece(db, blob, from, bytes, 1_000)

  async function whole(): Promise<string> {
    const pieces: Uint8Array[] = []
    for await (const piece of readFile(db, blob.sha256)) pieces.push(piece)
    return Buffer.concat(pieces).toString()
  }

  test('come piece by piece, and count once they are what their name says', async () => {
    expect(await heldOf(db, blob.sha256)).toEqual({ received: 0, whole: false })
    expect(await take(0, 10)).toEqual({ received: 10, whole: false })
    expect(await readPiece(db, blob.sha256, 0, 5)).toBeUndefined()
    expect(await take(10, CONTENT.length)).toEqual({ received: CONTENT.length, whole: true })
    expect(await whole()).toBe(CONTENT.toString())
    for (const [from, size] of [
      [0, 5],
      [8, 2],
      [12, 100],
    ] as const) {
      const piece = await readPiece(db, blob.sha256, from, size)
      const end = Math.min(from + size, from < 10 ? 10 : CONTENT.length)
      expect(Buffer.from(piece!).toString()).toBe(CONTENT.subarray(from, end).toString())
    }
  })

  test('a piece that comes twice, or does not follow, changes nothing and hears how far it is', async () => {
    await take(0, 10)
    for (const from of [0, 9, 11]) expect(await take(from, 20)).toEqual({ received: 10, whole: false })
    await take(10, CONTENT.length)
    expect(await take(0, 10)).toEqual({ received: CONTENT.length, whole: true })
    expect(await whole()).toBe(CONTENT.toString())
  })

  test('two stations that send the same at once send it together', async () => {
    const answers = await Promise.all([take(0, 10), take(0, 10)])
    expect(answers.map(({ received }) => received)).toEqual([10, 10])
    await Promise.all([take(10, CONTENT.length), take(10, CONTENT.length)])
    expect(await heldOf(db, blob.sha256)).toMatchObject({ whole: true })
    expect(await whole()).toBe(CONTENT.toString())
  })

  test('what is not what its name says is thrown away', async () => {
    await take(0, 10, Buffer.from('0123456789'))
    expect(await take(10, CONTENT.length)).toEqual({ received: 0, whole: false })
    expect(await db.rows(sql`SELECT 1 FROM file_pieces`)).toEqual([])
    await take(0, CONTENT.length)
    expect(await heldOf(db, blob.sha256)).toMatchObject({ whole: true })
  })

  test('more bytes than were announced are not taken', async () => {
    expect(await take(0, 0, Buffer.alloc(CONTENT.length + 1))).toEqual({ received: 0, whole: false })
  })

  test('an empty attachment is whole at once', async () => {
    const sha256 = createHash('sha256').digest('hex')
    expect(await takePiece(db, { sha256, size: 0 }, 0, new Uint8Array(), 1)).toEqual({
      received: 0,
      whole: true,
    })
  })

  test('if headquarters dies after the last piece, the next one who asks to send finishes it', async () => {
    await take(0, 10)
    await db.rows(
      sql`INSERT INTO file_pieces (sha256, start, bytes) VALUES (${blob.sha256}, 10, ${CONTENT.subarray(10)})`,
    )
    await db.rows(sql`UPDATE files SET received = ${blob.size}`)
    expect(await take(CONTENT.length, CONTENT.length)).toMatchObject({ whole: true })
  })

  test('what no row refers to goes after a month', async () => {
    await take(0, CONTENT.length)
    await sweepFiles(db, 1_000 + 29 * DAY_MS)
    expect(await heldOf(db, blob.sha256)).toMatchObject({ whole: true })
    await sweepFiles(db, 1_000 + 31 * DAY_MS)
    expect(await heldOf(db, blob.sha256)).toEqual({ received: 0, whole: false })
  })
})
