import { expect, test } from 'vitest'
import { holesInLock, readLock } from '../../scripts/check-lock.ts'

test('the lock carries every platform', () => {
  const packages = readLock(new URL('../../package-lock.json', import.meta.url))
  expect(Object.keys(packages).length).toBeGreaterThan(100)
  expect(holesInLock(packages)).toEqual([])
})

test('a platform that the lock leaves out is found', () => {
  const tool = {
    integrity: 'sha512-…',
    optionalDependencies: { '@tool/linux': '1.0.0', '@tool/windows': '1.0.0' },
  }
  expect(
    holesInLock({
      '': {},
      'node_modules/tool': tool,
      'node_modules/tool/node_modules/@tool/linux': { integrity: 'sha512-…' },
    }),
  ).toEqual(['node_modules/tool names @tool/windows@1.0.0, which is not in the lock'])
})
