import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { type Plan, plan } from './plan.ts'
import { simulate } from './simulate.ts'

const SEEDS = 2_000
const BLOCK = 250

const blocks = Array.from({ length: SEEDS / BLOCK }, (_, block) => 1 + block * BLOCK)

test.each(blocks)(
  '[I1]–[I30] [L1]–[L4] hold whatever happens, in the 250 runs from seed %i',
  (from) => {
    const failures: string[] = []
    for (let seed = from; seed < from + BLOCK; seed += 1) {
      const { failure } = simulate(plan(seed))
      if (failure !== null) failures.push(`seed ${seed}: ${failure}`)
    }
    expect(failures).toEqual([])
  },
  120_000,
)

test('[I25] the same seed is the same run', () => {
  for (const seed of [1, 11, 184, 306]) expect(simulate(plan(seed))).toEqual(simulate(plan(seed)))
})

test('[I10] what was seen is rarely taken for unseen', () => {
  let asked = 0
  let false_unseen = 0
  for (let seed = 1; seed <= 100; seed += 1) {
    const { knowledge } = simulate(plan(seed))
    asked += knowledge.asked
    false_unseen += knowledge.false_unseen
  }
  expect(asked).toBeGreaterThan(10_000)
  expect(false_unseen / asked).toBeLessThan(0.02)
})

const folder = join(import.meta.dirname, 'corpus')
const corpus = readdirSync(folder).map((file) => ({
  file,
  plan: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Plan,
}))

test.each(corpus)('a run that once found a defect passes: $file', ({ plan: known }) => {
  expect(simulate({ ...known, deep: true }).failure).toBeNull()
})
