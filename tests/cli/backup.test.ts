import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { openDatabase } from '../../src/main/store/database.ts'
import { disk, mayMount, remount } from '../support/disk.ts'
import { lotkeeper, startStation, stationFails, temporaryFolder } from '../support/process.ts'

test('a backup of a station that is being written to is sound and holds what was answered before it', async () => {
  const folder = temporaryFolder()
  const args = ['--data-dir', folder]
  await lotkeeper(['demo', '--batches', '200', '--units-per-batch', '5', ...args])
  const station = await startStation(folder)
  expect((await station.call('POST', '/v2/batches', { number: 'BEFORE' })).status).toBe(200)
  let writes = 0
  let goesOn = true
  const writing = (async () => {
    while (goesOn)
      expect((await station.call('POST', '/v2/batches', { number: `W-${writes++}` })).status).toBe(200)
  })()
  const file = join(folder, 'copy.db')
  const { code, stdout, stderr } = await lotkeeper(['backup', file, ...args])
  goesOn = false
  await writing
  expect([code, stderr]).toEqual([0, ''])
  const said = JSON.parse(stdout) as { file: string; batches: number; units: number }
  expect(said).toMatchObject({ file, units: 1_000 })
  expect(said.batches).toBeGreaterThan(200)
  expect(said.batches).toBeLessThanOrEqual(201 + writes)
  const copy = openDatabase(file, { readonly: true })
  const before = copy.one({ text: "SELECT 1 FROM batches WHERE number = 'BEFORE'", values: [] })
  copy.close()
  expect(before).toBeDefined()
  const twice = await lotkeeper(['backup', file, ...args])
  expect(twice.stderr).toContain('exists already')
  expect(twice.code).toBe(1)

  const refused = await lotkeeper(['restore', file, ...args])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(`(process ${station.process.pid}, ${station.url}). Stop it, then restore.`)
  expect((await station.call('POST', '/v2/batches', { number: 'AFTER' })).status).toBe(200)
  await station.stop()

  const restored = await lotkeeper(['restore', file, ...args])
  expect([restored.code, restored.stderr]).toEqual([0, ''])
  const { kept } = JSON.parse(restored.stdout) as { kept: string }
  expect(existsSync(kept)).toBe(true)
  const back = await startStation(folder)
  expect((await back.call('GET', '/v2/batches/BEFORE')).status).toBe(200)
  expect((await back.call('GET', '/v2/batches/AFTER')).status).toBe(404)
  await back.stop()
  // What was replaced is not gone: it can be restored as well.
  expect((await lotkeeper(['restore', kept, ...args])).code).toBe(0)
  const forth = await startStation(folder)
  expect((await forth.call('GET', '/v2/batches/AFTER')).status).toBe(200)
  await forth.stop()
})

test.for([
  ['no such file', undefined, 'there is no file '],
  ['a text', 'Dear diary', 'is no sound database (SQLITE_NOTADB)'],
  ['an empty file', '', 'is not the database of a station'],
  ['half a backup', 'half', 'is no sound database'],
  ['a backup with noise in it', 'noise', 'copy.db is '],
  ['a backup of a newer version', 'newer', 'was written by a newer Lotkeeper'],
] as const)('restore refuses %s and leaves the station as it is', async ([, spoil, says]) => {
  const folder = temporaryFolder()
  const args = ['--data-dir', folder]
  await lotkeeper(['demo', '--batches', '20', '--units-per-batch', '5', ...args])
  const file = join(folder, 'copy.db')
  expect((await lotkeeper(['backup', file, ...args])).code).toBe(0)
  const before = readFileSync(join(folder, 'lotkeeper.db'))
  const given = spoil === undefined ? join(folder, 'nothing.db') : spoilt(file, spoil)
  const { code, stdout, stderr } = await lotkeeper(['restore', given, ...args])
  expect(stderr).toMatch(/^lotkeeper: [^\n]+\n$/)
  expect(stderr).toContain(says)
  expect([code, stdout]).toEqual([1, ''])
  expect(readFileSync(join(folder, 'lotkeeper.db')).equals(before)).toBe(true)
})

function spoilt(file: string, how: string): string {
  const bytes = readFileSync(file)
  if (how === 'half') writeFileSync(file, bytes.subarray(0, bytes.length / 2))
  else if (how === 'noise') {
    for (let at = 8_200; at < bytes.length; at += 97) bytes[at] = at % 251
    writeFileSync(file, bytes)
  } else if (how === 'newer') {
    const db = openDatabase(file)
    db.execute('PRAGMA user_version = 9999')
    db.close()
  } else writeFileSync(file, how)
  return file
}

/** A stopped station with some batches, in a folder whose name a shell would cut in two. */
async function stoppedStation(): Promise<{ folder: string; args: string[] }> {
  const folder = join(temporaryFolder(), 'line 1')
  const args = ['--data-dir', folder]
  expect((await lotkeeper(['demo', '--batches', '20', '--units-per-batch', '5', ...args])).code).toBe(0)
  return { folder, args }
}

/** Windows has an access list of the folder in its place. */
const modeOf = (file: string) => (process.platform === 'win32' ? 0o600 : statSync(file).mode & 0o777)

test('a backup is one file, for its owner alone; neither making nor restoring it leaves anything beside', async () => {
  const { folder, args } = await stoppedStation()
  const elsewhere = join(temporaryFolder(), 'not there yet', 'on Tuesday')
  const file = join(elsewhere, 'line 1.db')
  expect((await lotkeeper(['backup', file, ...args])).code).toBe(0)
  expect(readdirSync(elsewhere)).toEqual(['line 1.db'])
  expect(modeOf(file)).toBe(0o600)
  // As somebody's copying program left it; and as older versions made it, which say of themselves that they have a log.
  const copy = join(elsewhere, 'copied.db')
  copyFileSync(file, copy)
  const older = openDatabase(copy)
  older.close()
  for (const given of [file, copy]) {
    const before = readFileSync(given)
    expect((await lotkeeper(['restore', given, ...args])).stderr).toBe('')
    expect(readFileSync(given).equals(before)).toBe(true)
  }
  expect(readdirSync(elsewhere).toSorted()).toEqual(['copied.db', 'line 1.db'])
  expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([])
  expect(modeOf(join(folder, 'lotkeeper.db'))).toBe(0o600)
})

test.runIf(mayMount)('a backup on a disk that may only be read is restored', async () => {
  const { args } = await stoppedStation()
  const medium = disk('size=32m')
  const file = join(medium, 'line 1.db')
  const older = join(medium, 'older.db')
  expect((await lotkeeper(['backup', file, ...args])).code).toBe(0)
  copyFileSync(file, older)
  openDatabase(older).close()
  remount(medium, 'ro')
  for (const given of [file, older]) {
    const { code, stderr } = await lotkeeper(['restore', given, ...args])
    expect([code, stderr]).toEqual([0, ''])
  }
})

test('what a killed station had answered last is in what a restore puts aside', async () => {
  const folder = temporaryFolder()
  const args = ['--data-dir', folder]
  const station = await startStation(folder)
  const file = join(folder, 'copy.db')
  expect((await lotkeeper(['backup', file, ...args])).code).toBe(0)
  expect((await station.call('POST', '/v2/batches', { number: 'LAST' })).status).toBe(200)
  await station.stop('SIGKILL')
  const { kept } = JSON.parse((await lotkeeper(['restore', file, ...args])).stdout) as { kept: string }
  expect(existsSync(`${kept}-wal`)).toBe(false)
  expect((await lotkeeper(['restore', kept, ...args])).code).toBe(0)
  const back = await startStation(folder)
  expect((await back.call('GET', '/v2/batches/LAST')).status).toBe(200)
  await back.stop()
})

test('a backup that cannot be written is one line that speaks of the file, and leaves nothing', async () => {
  const { folder, args } = await stoppedStation()
  const says = async (file: string, cause: RegExp) => {
    const { code, stdout, stderr } = await lotkeeper(['backup', file, ...args])
    expect(stderr).toMatch(/^lotkeeper: [^\n]+\n$/)
    expect(stderr).toMatch(cause)
    expect(stderr).toMatch(/Give a file|give a file/)
    expect(stderr).not.toContain('--data-dir')
    expect([code, stdout]).toEqual([1, ''])
  }
  await says(join(folder, 'keys.json', 'x.db'), /is not a folder/)
  if (process.platform === 'linux') await says('/proc/x.db', /\/proc\/x\.db cannot be written by this user/)
  if (!mayMount) return
  const small = disk('size=64k')
  await says(join(small, 'x.db'), /the disk of [^\n]+ is full/)
  expect(readdirSync(small)).toEqual([])
})

test('a damaged station is not backed up: the line says so, and its command brings an older backup back', async () => {
  const { folder, args } = await stoppedStation()
  expect((await lotkeeper(['backup', ...args])).code).toBe(0)
  const file = join(folder, 'lotkeeper.db')
  const bytes = readFileSync(file)
  bytes.fill(0xaa, bytes.length - 20_000)
  writeFileSync(file, bytes)
  const target = join(temporaryFolder(), 'x.db')
  const { code, stderr } = await lotkeeper(['backup', target, ...args])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^lotkeeper: [^\n]+\n$/)
  expect(stderr).toContain(`${file} is damaged (`)
  expect(existsSync(target)).toBe(false)
  const doctor = await lotkeeper(['doctor', ...args])
  for (const line of doctor.stdout.trim().split('\n')) expect(line).toMatch(/^(ok|note|bad) /)
  // To be typed as it stands, but for the full stop: the folder's name has a space in it.
  for (const said of [stderr, (await stationFails([...args, '--port', '0'])).stderr]) {
    const [, command] = /lotkeeper (restore .*)\.\n/.exec(said)!
    const words = [...command!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, inQuotes, plain]) => inQuotes ?? plain!)
    const restored = await lotkeeper(words)
    expect([restored.code, restored.stderr]).toEqual([0, ''])
    writeFileSync(file, bytes)
  }
})

test('whose backup it is, is said where it is that of another station', async () => {
  const folder = temporaryFolder()
  const args = ['--data-dir', folder]
  const file = join(folder, 'line 1.db')
  await (await startStation(folder, ['--name', 'Line 1'])).stop()
  expect((await lotkeeper(['backup', file, ...args])).code).toBe(0)
  expect((await lotkeeper(['restore', file, ...args])).stderr).toBe('')
  const other = temporaryFolder()
  await (await startStation(other, ['--name', 'Line 3'])).stop()
  const { code, stdout, stderr } = await lotkeeper(['restore', file, '--data-dir', other])
  const { kept } = JSON.parse(stdout) as { kept: string }
  expect(stderr).toBe(
    `${file} is of the station Line 1, and Line 3 was here before: the keys of Line 1 count now. If that is not meant, restore ${kept}\n`,
  )
  expect(code).toBe(0)
})
