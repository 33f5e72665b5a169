import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { openDatabase } from '../../src/main/store/database.ts'
import { lotkeeper, startStation, temporaryFolder } from '../support/process.ts'

const status = async (folder: string) => {
  const { code, stdout } = await lotkeeper(['status', '--json', '--data-dir', folder])
  return { code, ...(JSON.parse(stdout) as object) }
}

test('status tells empty, running, stopped and killed apart, by words and exit code', async () => {
  const folder = join(temporaryFolder(), 'data')
  expect(await status(folder)).toMatchObject({
    code: 3,
    state: 'empty',
    url: null,
    batches: 0,
    data_dir: folder,
  })

  const station = await startStation(folder)
  await station.call('POST', '/v2/batches', { number: 'B-1' })
  const running = {
    batches: 1,
    units: 0,
    journal: 1,
    last_backup_at: null,
    disk_free_bytes: expect.any(Number),
  }
  expect(await status(folder)).toMatchObject({
    code: 0,
    state: 'running',
    url: station.url,
    pid: station.process.pid,
    ...running,
  })
  await station.stop()
  expect(await status(folder)).toMatchObject({ code: 3, state: 'stopped', url: null, pid: null, ...running })

  const killed = await startStation(folder)
  killed.process.kill('SIGKILL')
  await killed.ended
  expect(await status(folder)).toMatchObject({ code: 3, state: 'stopped', url: null, pid: null })
  // What the killed one left behind stands in nobody's way.
  const made = await lotkeeper(['keys', 'create', '--kind', 'user', '--name', 'Jane', '--data-dir', folder])
  expect(made.code).toBe(0)
  expect(existsSync(join(folder, 'server.json'))).toBe(false)
})

test('a living process that does not answer is unreachable, not stopped', async () => {
  const folder = temporaryFolder()
  writeFileSync(
    join(folder, 'server.json'),
    JSON.stringify({ url: 'http://127.0.0.1:1', pid: process.pid, version: '0', token: '' }),
  )
  expect(await status(folder)).toMatchObject({ code: 4, state: 'unreachable', pid: process.pid })
})

test('the doctor is content with a sound station and names what is bad', async () => {
  const folder = temporaryFolder()
  const station = await startStation(folder)
  const sound = await lotkeeper(['doctor', '--data-dir', folder])
  expect(sound.stdout).toMatch(/^ok +database +sound/m)
  expect(sound.stdout).toMatch(/^note +backup +there is none/m)
  expect(sound.stdout).toMatch(/^note +keys +.*keys\.json still holds the first keys/m)
  expect(sound.code).toBe(0)
  await station.stop()
  writeFileSync(join(folder, 'lotkeeper.db'), 'x'.repeat(10_000))
  const spoiled = await lotkeeper(['doctor', '--json', '--data-dir', folder])
  expect(spoiled.code).toBe(1)
  expect(JSON.parse(spoiled.stdout)).toContainEqual({
    check: 'database',
    verdict: 'bad',
    says: expect.stringContaining('is damaged'),
  })
})

test('the doctor compares what rows name with the bytes that are there', async () => {
  const folder = temporaryFolder()
  const station = await startStation(folder)
  const done = async (method: string, target: string, body: object) =>
    (await (await station.call(method, target, body)).json()) as { id: string; upload_url: string }
  const { id, upload_url } = await done('POST', '/v2/attachments', { name: 'photo.jpg' })
  await fetch(upload_url, { method: 'PUT', body: 'bytes' })
  await done('POST', `/v2/attachments/${id}/finalize`, {})
  const procedure = await done('POST', '/v2/procedures', { name: 'FCT' })
  const times = { started_at: '2026-01-05T12:00:00Z', ended_at: '2026-01-05T12:00:01Z' }
  const run = await done('POST', '/v2/runs', {
    ...times,
    procedure_id: procedure.id,
    outcome: 'PASS',
    serial_number: 'SN-1',
    part_number: 'P',
    phases: [{ ...times, name: 'power', outcome: 'PASS' }],
  })
  await station.stop()
  const look = async () => {
    const { code, stdout } = await lotkeeper(['doctor', '--json', '--data-dir', folder])
    return { code, findings: JSON.parse(stdout) as { check: string; verdict: string; says: string }[] }
  }
  const sound = await look()
  expect(sound.code).toBe(0)
  for (const check of ['attachments', 'measured'])
    expect(sound.findings).toContainEqual({ check, verdict: 'ok', says: '1, all here' })
  expect(sound.findings.filter(({ check }) => check === 'unnamed')).toEqual([])

  const files = join(folder, 'attachments')
  const [file] = readdirSync(files).filter((name) => name.length === 64)
  renameSync(
    join(files, file!),
    join(
      files,
      file!.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    ),
  )
  const database = openDatabase(join(folder, 'lotkeeper.db'))
  database.execute('DELETE FROM blobs')
  database.close()
  const spoiled = await look()
  expect(spoiled.code).toBe(1)
  expect(spoiled.findings).toContainEqual({
    check: 'attachments',
    verdict: 'bad',
    says: expect.stringMatching(`photo.jpg \\(${id}\\): bring back .*${file}`),
  })
  expect(spoiled.findings).toContainEqual({
    check: 'measured',
    verdict: 'bad',
    says: expect.stringContaining(`run ${run.id}: a backup of this station may hold it`),
  })
  expect(spoiled.findings).toContainEqual({
    check: 'unnamed',
    verdict: 'note',
    says: expect.stringContaining('1 files of attachments that no row names, 5 bytes'),
  })
})

test('config show names every setting and where it comes from, and hides what is secret', async () => {
  const folder = temporaryFolder()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.json'), '{"name": "Line 9", "log_level": "warn"}')
  const { code, stdout } = await lotkeeper(
    [
      'config',
      'show',
      '--origin',
      '--json',
      '--data-dir',
      folder,
      '--log-level',
      'debug',
      '--enroll',
      'OTC-1',
    ],
    { env: { LOTKEEPER_PORT: '5000' } },
  )
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    data_dir: { value: folder, origin: 'flag' },
    port: { value: 5000, origin: 'environment' },
    name: { value: 'Line 9', origin: 'config.json' },
    log_level: { value: 'debug', origin: 'flag', overridden: ['config.json'] },
    host: { value: 'localhost', origin: 'default' },
    enroll: { value: '[hidden]', origin: 'flag' },
  })
})
