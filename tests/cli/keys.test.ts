import { expect, test } from 'vitest'

import { lotkeeper, startStation, temporaryFolder } from '../support/process.ts'

interface Key {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly key: string
}

/** Each command by a running server and by itself: nobody has to know which. */
test.for([{ runs: true }, { runs: false }])(
  'keys are made, listed and revoked (server runs: $runs)',
  async ({ runs }) => {
    const folder = temporaryFolder()
    const args = ['--data-dir', folder]
    const first = await startStation(folder)
    if (!runs) await first.stop()

    const made = await lotkeeper(['keys', 'create', '--kind', 'user', '--name', 'Jane', ...args])
    expect([made.code, made.stderr]).toEqual([0, ''])
    expect(made.stdout.trim().split('\n')).toHaveLength(1)
    const jane = JSON.parse(made.stdout) as Key
    expect(jane).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: 'user',
      name: 'Jane',
      key: expect.stringMatching(/^lk_[0-9a-z]{32,}$/),
    })
    const other = await lotkeeper(['keys', 'create', '--kind', 'station', '--name', 'tester', ...args])
    const tester = JSON.parse(other.stdout) as Key

    const station = runs ? first : await startStation(folder)
    const who = await station.call('GET', '/v2/users?current=true', undefined, jane.key)
    expect(await who.json()).toMatchObject([{ name: 'Jane' }])
    expect((await station.call('GET', '/v2/stations/current', undefined, tester.key)).status).toBe(200)
    if (!runs) await station.stop()

    const revoked = await lotkeeper(['keys', 'revoke', jane.id, ...args])
    expect([revoked.code, revoked.stdout]).toEqual([0, `{"id":"${jane.id}"}\n`])
    const twice = await lotkeeper(['keys', 'revoke', jane.id, ...args])
    expect([twice.code, twice.stderr]).toEqual([
      1,
      `lotkeeper: No key in force has the id ${jane.id}. Nothing was changed.\n`,
    ])

    const again = runs ? station : await startStation(folder)
    expect((await again.call('GET', '/v2/users', undefined, jane.key)).status).toBe(401)
    expect((await again.call('GET', '/v2/users', undefined, tester.key)).status).toBe(200)
    await again.stop()

    const list = await lotkeeper(['keys', 'list', '--json', ...args])
    expect(JSON.parse(list.stdout)).toMatchObject([
      { kind: 'user', name: 'first start', owner: 'Operator', revoked_at: null },
      { kind: 'station', name: 'first start', revoked_at: null },
      { kind: 'user', name: 'Jane', owner: 'Jane', revoked_at: expect.stringMatching(/Z$/) },
      { kind: 'station', name: 'tester', revoked_at: null },
    ])
    expect(list.stdout).not.toContain('lk_')
  },
)

test('the last user key stays; a station key is no way in', async () => {
  const args = ['--data-dir', temporaryFolder()]
  const create = async (kind: string) => {
    const { stdout } = await lotkeeper(['keys', 'create', '--kind', kind, '--name', 'x', ...args])
    return (JSON.parse(stdout) as Key).id
  }
  const station_key = await create('station')
  const { stdout } = await lotkeeper(['keys', 'list', '--json', ...args])
  const { id } = (JSON.parse(stdout) as Key[]).find(({ kind }) => kind === 'user')!
  const revoke = (key: string) => lotkeeper(['keys', 'revoke', key, ...args])
  expect(await revoke(id)).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'lotkeeper: This is the last user key: without it nobody could sign in. Make another one first. Nothing was changed.\n',
  })
  await create('user')
  expect((await revoke(id)).code).toBe(0)
  expect((await revoke(station_key)).code).toBe(0)
})

test('a second key of one name belongs to the same user', async () => {
  const folder = temporaryFolder()
  const create = ['keys', 'create', '--kind', 'user', '--name', 'Jane', '--data-dir', folder]
  const keys = [await lotkeeper(create), await lotkeeper(create)].map(
    ({ stdout }) => (JSON.parse(stdout) as Key).key,
  )
  const station = await startStation(folder)
  const users = await Promise.all(
    keys.map(async (key) => (await station.call('GET', '/v2/users?current=true', undefined, key)).json()),
  )
  expect(users[0]).toEqual(users[1])
  await station.stop()
})

test.for([
  [['keys'], 'keys needs to know what to do'],
  [['keys', 'create', '--name', 'x'], '--kind must be user or station'],
  [['keys', 'create', '--kind', 'robot', '--name', 'x'], '--kind must be user or station'],
  [['keys', 'create', '--kind', 'user'], '--name is missing'],
  [['keys', 'create', '--kind', 'user', '--name', 'x'.repeat(61)], 'Name must contain at most 60 characters'],
  [['keys', 'revoke'], 'no key is named'],
  [['keys', 'list', 'all', 'of', 'them'], '"of" is one word too many'],
  [['kyes'], 'there is no command "kyes"'],
] as const)('%o is refused in one line', async ([args, says]) => {
  const { code, stdout, stderr } = await lotkeeper([...args, '--data-dir', temporaryFolder()])
  expect(stderr.split('\n').findLast((line) => line !== '')).toContain(`lotkeeper: ${says}. `)
  expect([code, stdout]).toEqual([1, ''])
})
