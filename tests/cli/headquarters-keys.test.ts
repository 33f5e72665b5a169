import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, afterEach, describe, expect, test } from 'vitest'

import { origin } from '../../src/model/sync/cursor.ts'
import { newDatabase, stopServer } from '../support/central.ts'
import { cleanUp, lotkeeper, newFolder, post, send, startCentral } from '../support/central-process.ts'
import { createChain } from '../support/chain.ts'
import { lotkeeper as stationCommand, startStation } from '../support/process.ts'

afterEach(cleanUp)
afterAll(stopServer)

interface Key {
  readonly id: string
  readonly key: string
}

const statusOf = async (url: string, key: string) =>
  (await fetch(`${url}/v2/batches`, { headers: { authorization: `Bearer ${key}` } })).status

const create = async (name: string, ...args: string[]) => {
  const made = await lotkeeper('keys', 'create', '--kind', 'user', '--name', name, ...args)
  expect([made.code, made.err]).toEqual([0, ''])
  return JSON.parse(made.out) as Key
}

describe.each([
  ['on PostgreSQL', async () => ['--database-url', await newDatabase()]],
  ['embedded', async () => []],
] as const)('%s', (_, database) => {
  test('keys are made, listed and revoked, while headquarters runs and while it does not; the last user key stays', async () => {
    const flags = await database()
    const first = await startCentral(newFolder(), ...flags)
    const at = ['--data-dir', first.data_dir]
    expect(
      await lotkeeper('keys', 'create', '--kind', 'user', '--name', 'x'.repeat(61), ...at),
    ).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^lotkeeper: Name must contain at most 60 characters\. .*\n$/) as unknown,
    })
    // The way in, when the only key is gone.
    rmSync(join(first.data_dir, 'keys.json'))
    const jane = await create('Jane', ...at)
    expect(jane).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: 'user',
      name: 'Jane',
      key: expect.stringMatching(/^lk_[0-9a-z]{50}$/),
    })
    expect(await statusOf(first.url, jane.key)).toBe(200)
    expect(await first.end()).toBe(0)

    const eve = await create('Eve', ...at, ...flags)
    const revoked = await lotkeeper('keys', 'revoke', jane.id, ...at, ...flags)
    expect(revoked).toEqual({ code: 0, out: `{"id":"${jane.id}"}\n`, err: '' })
    const again = await startCentral(first.data_dir, ...flags)
    expect([await statusOf(again.url, jane.key), await statusOf(again.url, eve.key)]).toEqual([401, 200])
    expect(await lotkeeper('keys', 'revoke', jane.id, ...at)).toEqual({
      code: 1,
      out: '',
      err: `lotkeeper: No key in force has the id ${jane.id}. Nothing was changed.\n`,
    })

    const { out } = await lotkeeper('keys', 'list', '--json', ...at)
    const keys = JSON.parse(out) as Key[]
    expect(keys).toMatchObject([
      { kind: 'user', name: 'first start', owner: 'Administrator', revoked_at: null },
      { kind: 'user', name: 'Jane', owner: 'Jane', revoked_at: expect.stringMatching(/Z$/) },
      { id: eve.id, kind: 'user', name: 'Eve', owner: 'Eve', revoked_at: null },
    ])
    expect(out).not.toContain('lk_')
    expect((await lotkeeper('keys', 'list', ...at)).out.split('\n')[2]).toMatch(
      `${eve.id}  user     Eve  acts as Eve  since `,
    )

    expect((await lotkeeper('keys', 'revoke', keys[0]!.id, ...at)).code).toBe(0)
    expect(await lotkeeper('keys', 'revoke', eve.id, ...at)).toEqual({
      code: 1,
      out: '',
      err: 'lotkeeper: This is the last user key: without it nobody could sign in. Make another one first. Nothing was changed.\n',
    })
    expect(await statusOf(again.url, eve.key)).toBe(200)
  }, 240_000)
})

test('a key that one process made is good and revoked at every other one at once', async () => {
  const database = ['--database-url', await newDatabase()]
  const one = await startCentral(newFolder(), ...database)
  const other = await startCentral(newFolder(), ...database)
  const { id, key } = await create('Jane', '--data-dir', one.data_dir)
  expect(await statusOf(other.url, key)).toBe(200)
  expect((await lotkeeper('keys', 'revoke', id, '--data-dir', one.data_dir)).code).toBe(0)
  expect([await statusOf(one.url, key), await statusOf(other.url, key)]).toEqual([401, 401])
}, 120_000)

test('stations are told of a user that headquarters made as soon as it makes a row', async () => {
  const central = await startCentral(newFolder(), '--database-url', await newDatabase())
  const at = ['--data-dir', central.data_dir]
  const { key } = await create('Jane', ...at)
  const { code, station_id } = JSON.parse(
    (await lotkeeper('stations', 'add', '--name', 'Line 1', ...at)).out,
  ) as { code: string; station_id: string }
  const { body } = await post(central.url, '/sync/v1/enroll', {
    code,
    attempt: 'a'.repeat(20),
    version: '0',
    name: 'Line 1',
  })
  await post(central.url, '/v2/batches', { number: 'LOT-1' }, key)
  const told = await send(central.url, body['credential']!, createChain(station_id).pull(origin, 100))
  expect(told.head.people).toEqual([
    expect.objectContaining({ name: 'Administrator' }),
    { id: expect.any(String), email: 'jane@lotkeeper.invalid', name: 'Jane' },
  ])
}, 120_000)

test('headquarters is found where stations add finds it: in its own default folder, if there is no station', async () => {
  const home = newFolder()
  const env = { XDG_STATE_HOME: home }
  const central = await startCentral(join(home, 'lotkeeper-central'), '--database-url', await newDatabase())
  const list = async () => (await stationCommand(['keys', 'list'], { env })).stdout
  expect(await list()).toContain('acts as Administrator')
  const station = await startStation(join(home, 'lotkeeper'))
  await station.stop()
  expect(await list()).toContain('acts as Operator')
  const named = await stationCommand(['keys', 'list', '--data-dir', central.data_dir], { env })
  expect(named.stdout).toContain('acts as Administrator')
}, 120_000)

describe('what is refused is one line, and changes nothing', () => {
  const line = (answer: { code: number; out: string; err: string }) => {
    expect([answer.code, answer.out, answer.err.trim().split('\n').length]).toEqual([1, '', 1])
    return answer.err
  }

  test.for<{ readonly args: readonly string[]; readonly says: string }>([
    {
      args: ['create', '--kind', 'station', '--name', 'Line 1'],
      says: 'headquarters has user keys only. A station enrols with a code: lotkeeper stations add --name NAME.',
    },
    { args: ['create', '--kind', 'robot', '--name', 'x'], says: '--kind must be user or station. ' },
    { args: ['create', '--kind', 'user'], says: '--name is missing. ' },
    { args: ['revoke'], says: 'no key is named. ' },
    { args: [], says: 'keys needs to know what to do. ' },
  ])('keys $args', { timeout: 60_000 }, async ({ args, says }) => {
    const at = ['--data-dir', newFolder(), '--database-url', await newDatabase()]
    expect(line(await lotkeeper('keys', ...args, ...at))).toContain(`lotkeeper: ${says}`)
  })

  test('a folder that holds a station and headquarters', async () => {
    const folder = newFolder()
    for (const name of ['lotkeeper.db', 'central.lock']) writeFileSync(join(folder, name), '')
    expect(line(await lotkeeper('keys', 'list', '--data-dir', folder))).toContain(
      `${folder} holds a station and headquarters. `,
    )
  }, 60_000)
})
