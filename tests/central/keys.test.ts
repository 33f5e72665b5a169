import { randomUUID } from 'node:crypto'

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { Database } from '../../src/central/store/database.ts'
import { createUserKey, findKey, listKeys, newKeyText, revokeKey } from '../../src/central/store/keys.ts'
import { sql } from '../../src/central/store/sql.ts'
import { lastUserKey, noSuchKey } from '../../src/model/key.ts'
import {
  type CentralUnderTest,
  emptyDatabase,
  openCentral,
  openDatabase,
  stopServer,
} from '../support/central.ts'

const NOW = Date.parse('2026-03-04T05:06:07.000Z')
const outside = { newId: randomUUID, readClock: () => ({ wall_ms: NOW, boot_id: 'boot', uptime_ms: 1 }) }

afterAll(stopServer)

describe.each(['postgres', 'pglite'] as const)('%s', (kind) => {
  let db: Database
  let central: CentralUnderTest
  beforeAll(async () => {
    db = await openDatabase(kind)
  }, 120_000)
  beforeEach(async () => {
    await emptyDatabase(db)
    central = await openCentral(db)
  })
  afterAll(() => db.close())

  const make = (name: string) => createUserKey(db, outside, name)
  const revoke = (id: string) => revokeKey(db, id, NOW)
  const first = async () => (await listKeys(db)).find((key) => key.kind === 'user')!

  test('a key is made for whoever has the name, and stands nowhere but as its hash', async () => {
    const made = await make('Jane')
    expect(made).toEqual({ id: expect.any(String), kind: 'user', name: 'Jane', key: expect.any(String) })
    expect(made.key).toMatch(/^lk_[0-9a-z]{50}$/)
    const [{ whole } = { whole: '' }] = await db.rows<{ whole: string }>(
      sql`SELECT json_agg(keys)::text AS whole FROM keys`,
    )
    expect(whole).not.toContain(made.key)
    expect(await findKey(db, made.key)).toMatchObject({ key_id: made.id, actor: { kind: 'user' } })
    expect(await findKey(db, newKeyText())).toBeUndefined()
    const second = await findKey(db, (await make('Ada')).key)
    expect(second!.actor.id).toBe(central.ids.user)
  })

  test('processes that make keys of one new name at once make one user', async () => {
    const made = await Promise.all(Array.from({ length: 4 }, () => make('Jane')))
    const found = await Promise.all(made.map(({ key }) => findKey(db, key)))
    expect(new Set(found.map((one) => one!.actor.id)).size).toBe(1)
  })

  test('a revoked key is refused by every process from that moment', async () => {
    const { id, key } = await make('Jane')
    const processes = [central, central.startProcess('second')]
    const statuses = () =>
      Promise.all(processes.map(async ({ call }) => (await call('GET', '/v2/batches', { key })).status))
    expect(await statuses()).toEqual([200, 200])
    expect(await revoke(id)).toBeUndefined()
    expect(await statuses()).toEqual([401, 401])
    expect(await listKeys(db)).toMatchObject([{}, {}, { id, owner: 'Jane', revoked_at: NOW }])
  })

  test('what is no key in force is not revoked', async () => {
    const { id } = await make('Jane')
    await revoke(id)
    expect(await revoke(id)).toEqual(noSuchKey(id))
    expect(await revoke('x')).toEqual(noSuchKey('x'))
  })

  test('the last user key stays, whatever other kinds there are, also if two are revoked at once', async () => {
    const { id } = await first()
    expect(await revoke(id)).toEqual(lastUserKey)
    const other = await make('Jane')
    const results = await Promise.all([revoke(id), revoke(other.id)])
    expect(results.filter((result) => result === undefined)).toHaveLength(1)
    expect(results.filter((result) => result === lastUserKey)).toHaveLength(1)
  })
})
