import { readdirSync } from 'node:fs'

import { expect, test } from 'vitest'

test('each decision record has a number of its own', () => {
  const files = readdirSync(new URL('../../docs/decisions', import.meta.url))
  const numbers = files.map((file) => /^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1])
  expect(numbers.length).toBeGreaterThan(20)
  expect(new Set(numbers).size).toBe(files.length)
  expect(numbers).not.toContain(undefined)
})
