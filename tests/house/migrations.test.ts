import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

// Two lines of work that meet may have taken the same number: the second would never run, or the first not again.
test.for(['src/main/store/migrations', 'src/central/store/migrations'])(
  'the migrations in %s are numbered one after the other',
  (folder) => {
    const numbers = readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.sql'))
      .map((name) => Number(name.slice(0, 4)))
      .sort((a, b) => a - b)
    expect(numbers.length).toBeGreaterThan(0)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  },
)
