import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { openDatabase } from '../../src/main/store/database.ts'
import { sql } from '../../src/main/store/sql.ts'
import { lotkeeper, startStation, temporaryFolder } from '../support/process.ts'

/** More than is looked through at a start. */
const RECORDS = ['--batches', '4200', '--units-per-batch', '10']

/** Overwrites the rows of the units, page by page; keys, schema and journal stay. */
function spoilUnits(file: string): void {
  const db = openDatabase(file, { readonly: true })
  const pages = db.all<{ pageno: number }>(
    sql`SELECT pageno FROM dbstat WHERE name = 'units' AND pagetype = 'leaf'`,
  )
  const { page_size } = db.one<{ page_size: number }>(sql`PRAGMA page_size`)!
  db.close()
  const bytes = readFileSync(file)
  expect(bytes.length).toBeGreaterThan(32 * 1024 * 1024)
  for (const { pageno } of pages) bytes.fill(0xaa, (pageno - 1) * page_size, pageno * page_size)
  writeFileSync(file, bytes)
}

test('damage that comes to light while a station runs is called so: to scripts, in the log and by every command', async () => {
  const folder = temporaryFolder()
  const args = ['--data-dir', folder]
  expect((await lotkeeper(['demo', ...RECORDS, ...args])).code).toBe(0)
  spoilUnits(join(folder, 'lotkeeper.db'))
  const station = await startStation(folder)
  for (const _ of [1, 2, 3]) {
    const answer = await station.call('GET', '/v2/units')
    expect([answer.status, await answer.json()]).toEqual([
      500,
      {
        message: 'The database of this station is damaged: its log says what brings it back',
        code: 'INTERNAL_SERVER_ERROR',
      },
    ])
  }
  // What is sound goes on.
  expect((await station.call('GET', '/v2/parts')).status).toBe(200)
  const lines = station
    .said()
    .split('\n')
    .filter((line) => line.includes('"error"'))
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(`lotkeeper restore --data-dir ${folder} FILE`)
  for (const command of [['export', join(folder, 'all.csv')], ['export'], ['backup']]) {
    const { code, stderr } = await lotkeeper([...command, ...args])
    expect(stderr).toMatch(/^lotkeeper: [^\n]*lotkeeper\.db is damaged \([^\n]*lotkeeper restore [^\n]*\n$/)
    expect(code).toBe(1)
  }
  expect(existsSync(join(folder, 'all.csv'))).toBe(false)
  await station.stop()
})
