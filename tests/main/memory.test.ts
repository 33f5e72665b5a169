import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

import { expect, test } from 'vitest'

const memory = pathToFileURL(join(import.meta.dirname, '../../src/host/memory.ts')).href

/** Makes some 300 MB of objects of which few live on, and says how much room the young ones have then. */
const program = (begin: string) => `
  const { getHeapSpaceStatistics } = await import('node:v8');
  ${begin}
  let kept = []
  for (let turn = 0; turn < 300; turn++) {
    for (let i = 0; i < 10_000; i++) kept.push({ text: 'x' + i })
    if (kept.length > 50_000) kept = []
    await new Promise((resolve) => setImmediate(resolve))
  }
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  console.log(young.space_size / 2 ** 20)`

const youngMb = (begin: string) =>
  Number(execFileSync(process.execPath, ['--input-type=module', '-e', program(begin)], { encoding: 'utf8' }))

test('what is made and thrown away takes 16 MB at most', () => {
  const bounded = youngMb(`(await import(${JSON.stringify(memory)})).keepYoungObjectsFew()`)
  expect(bounded).toBeLessThanOrEqual(16)
  expect(bounded).toBeGreaterThanOrEqual(2)
})
