import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { lotkeeper, startStation, temporaryFolder } from '../support/process.ts'

test('beside a running station everything is tried, and nothing of it is left or touched', async () => {
  const folder = temporaryFolder()
  const station = await startStation(folder)
  const before = readdirSync(folder).toSorted()
  const { code, stdout, stderr } = await lotkeeper(['selftest', '--data-dir', folder])
  const lines = stdout.trimEnd().split('\n')
  const checks = ['start', 'alone', 'page', 'api', 'disk', 'power', 'restart']
  expect(lines.map((line) => line.split(/ +/).slice(0, 2).join(' '))).toEqual(
    checks.map((name) => `ok ${name}`),
  )
  expect([code, stderr]).toEqual([0, ''])
  expect(readdirSync(folder).toSorted()).toEqual(before)
  expect(await (await station.call('GET', '/v2/batches')).json()).toMatchObject({ data: [] })
})

// Only Linux has `prlimit`.
test.runIf(process.platform === 'linux')(
  'what does not work is bad, the rest is not tried, and programs are told as well',
  async () => {
    const elsewhere = temporaryFolder()
    // A disk on which no file may grow beyond 64 kB: the database does not fit.
    const { code, stdout } = await lotkeeper(['selftest', '--json', '--data-dir', elsewhere], {
      through: ['prlimit', '--fsize=65536'],
    })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual([
      {
        check: 'start',
        verdict: 'bad',
        says: expect.stringMatching(/^lotkeeper: the disk of .+\. See that it has room/),
      },
    ])
    // What was compiled is kept for the next command.
    expect(readdirSync(elsewhere).filter((name) => name !== 'cache')).toEqual([])
  },
)

test('a folder that is none is one line', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const { code, stdout, stderr } = await lotkeeper(['selftest', '--data-dir', file])
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toBe(`lotkeeper: ${file} is not a folder. Choose another with --data-dir.\n`)
})
