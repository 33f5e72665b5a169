import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { disk, mayMount, remount } from '../support/disk.ts'
import { lotkeeper, startStation, stationFails, temporaryFolder } from '../support/process.ts'

const isRoot = process.getuid?.() === 0

test.runIf(mayMount).for([16, 128, 240])(
  'a disk of %d kB is too small for a first start: one line, and the next start with room does it all',
  async (size) => {
    const folder = disk(`size=${size}k`)
    const { code, stdout, stderr } = await stationFails(['--data-dir', folder, '--port', '0'])
    expect(stderr).toMatch(/^lotkeeper: the disk of [^\n]+ is full\. Make room on it[^\n]+\n$/)
    expect([code, stdout]).toEqual([1, ''])
    expect(existsSync(join(folder, 'server.json'))).toBe(false)
    remount(folder, 'size=32m')
    const station = await startStation(folder)
    expect((await station.call('GET', '/v2/batches')).status).toBe(200)
    await station.stop()
  },
)

test.runIf(mayMount)(
  'a disk that fills up refuses writes, keeps what was answered, and goes on when there is room',
  async () => {
    const folder = disk('size=2m')
    const station = await startStation(folder)
    const kept: string[] = []
    let last = 200
    for (let n = 0; last === 200 && n < 50_000; n++) {
      const number = `B-${n}`
      last = (await station.call('POST', '/v2/batches', { number })).status
      if (last === 200) kept.push(number)
      if (n === 20) writeFileSync(join(folder, 'ballast'), Buffer.alloc(400_000))
    }
    expect(last).toBe(507)
    expect((await station.call('GET', `/v2/batches/${kept.at(-1)}`)).status).toBe(200)
    rmSync(join(folder, 'ballast'))
    remount(folder, 'size=32m')
    expect((await station.call('POST', '/v2/batches', { number: 'AFTER' })).status).toBe(200)
    await station.stop()
    const again = await startStation(folder)
    for (const number of [kept[0], kept.at(-1), 'AFTER'])
      expect((await again.call('GET', `/v2/batches/${number}`)).status).toBe(200)
    await again.stop()
  },
)

test.runIf(mayMount)(
  'an import that fills the disk says how far it came, and the same import again does the rest',
  async () => {
    const folder = disk('size=1600k')
    const file = join(temporaryFolder(), 'many.json')
    const records = Array.from({ length: 6_000 }, (_, n) => ({
      batch_number: `B-${Math.floor(n / 10)}`,
      serial_number: `SN-${n}`,
      part_number: 'P-1',
      revision_number: 'A',
    }))
    writeFileSync(file, JSON.stringify(records))
    const args = ['import', file, '--data-dir', folder]
    const cut = await lotkeeper(args)
    expect(cut.stderr).toMatch(/^\d+ of 6000 lines were brought in; the same import again does the rest$/m)
    expect(cut.stderr).toMatch(/^lotkeeper: the disk of [^\n]+ is full\. [^\n]+\n$/m)
    expect([cut.code, cut.stdout]).toEqual([1, ''])
    remount(folder, 'size=64m')
    const rest = await lotkeeper(args)
    expect(rest.code).toBe(0)
    const { created, already_there } = JSON.parse(rest.stdout) as Record<string, { units: number }>
    expect(created!.units + already_there!.units).toBe(6_000)
  },
)

test.runIf(mayMount)('a read-only disk is said', async () => {
  const folder = disk('size=32m')
  await (await startStation(folder)).stop()
  const before = readFileSync(join(folder, 'lotkeeper.db'))
  remount(folder, 'ro')
  const { code, stderr } = await stationFails(['--data-dir', folder, '--port', '0'])
  expect(stderr).toMatch(/^lotkeeper: [^\n]+ is read-only\. [^\n]+--data-dir\.\n$/)
  expect(code).toBe(1)
  expect(readFileSync(join(folder, 'lotkeeper.db')).equals(before)).toBe(true)
})

// Root may write anywhere, unless that one right is taken from it.
const withoutOverride = isRoot ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : []

test.skipIf(process.platform === 'win32')('a folder without the right to write is said', async () => {
  const folder = temporaryFolder()
  chmodSync(folder, 0o500)
  const { code, stderr } = await stationFails(['--data-dir', folder, '--port', '0'], {
    through: withoutOverride,
  })
  expect(stderr).toMatch(/cannot be written by this user/)
  expect(code).toBe(1)
  chmodSync(folder, 0o700)
})

test.skipIf(process.platform === 'win32')(
  'whoever may not enter the folder of a station is told whose right it takes, not to remove a file that is not there',
  async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o000)
    for (const command of [['status'], ['backup'], ['stations', 'list']]) {
      const { code, stderr } = await lotkeeper([...command, '--data-dir', folder], {
        through: withoutOverride,
      })
      expect(stderr).toBe(
        `lotkeeper: this user may not read ${folder}. Run this as the user that the station or headquarters runs under, or as administrator.\n`,
      )
      expect(code).toBe(1)
    }
    chmodSync(folder, 0o700)
  },
)
