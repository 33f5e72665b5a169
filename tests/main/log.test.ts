import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, expect, test, vi } from 'vitest'

import { openLog } from '../../src/host/log.ts'
import { newKeyText } from '../../src/main/store/keys.ts'
import { disk, mayMount } from '../support/disk.ts'
import { temporaryFolder } from '../support/process.ts'

afterEach(() => vi.restoreAllMocks())

test('no secret reaches the log, wherever it stands', async () => {
  const written: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => written.push(String(line)) > 0)
  const folder = temporaryFolder()
  const log = openLog('info', folder, 'station.log')
  const key = newKeyText()
  log.info({ key, keys: { user: key } }, 'fields')
  log.warn({ request: { authorization: `Bearer ${key}`, token: 'abc-secret' } }, 'deeper')
  log.error({ error: `Error: ${key} is bad\n    at x?key=${key}` }, `said ${key}, Bearer abc-secret`)
  log.debug({ key }, 'below the level')
  await log.close()
  const file = readFileSync(join(folder, 'station.log'), 'utf8')
  expect(file).toBe(written.join(''))
  expect(file.trim().split('\n')).toHaveLength(3)
  expect(file).not.toContain(key.slice(3))
  expect(file).not.toContain('abc-secret')
  expect(file).toContain('said lk_[hidden], Bearer [hidden]')
})

test.runIf(mayMount)('a log whose disk was full is written on when there is room again', async () => {
  const said: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((line) => said.push(String(line)) > 0)
  const folder = disk('size=64k')
  const file = join(folder, 'station.log')
  const log = openLog('info', folder, 'station.log', 0)
  const ballast = join(folder, 'ballast')
  log.info({}, 'before')
  await expect.poll(() => readFileSync(file, 'utf8')).toContain('before')
  expect(() => writeFileSync(ballast, Buffer.alloc(200_000))).toThrow(/ENOSPC/)
  const long = 'x'.repeat(8_000)
  await expect
    .poll(() => {
      log.info({ long }, 'while it is full')
      return said.join('')
    })
    .toMatch(/log file: ENOSPC/)
  rmSync(ballast)
  await expect
    .poll(() => {
      log.info({}, 'after')
      return readFileSync(file, 'utf8')
    })
    .toContain('after')
  await log.close()
})
