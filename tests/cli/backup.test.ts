import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { openDatabase } from '../../src/main/store/database.ts'
import { lotkeeper, startStation, temporaryFolder } from '../support/process.ts'

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
  ['no such file', undefined, 'is no sound database (ENOENT)'],
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
