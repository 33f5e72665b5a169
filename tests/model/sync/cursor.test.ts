import { expect, test } from 'vitest'

import { origin, type Position, thinned } from '../../../src/model/sync/cursor.ts'

const pages = 20_000

/** What a station keeps that read that many pages one after the other. @param size changes on each */
function read(size: (page: number) => number, safe_seq = 0): { history: readonly Position[]; seq: number } {
  let history: readonly Position[] = [origin]
  let seq = 0
  for (let page = 0; page < pages; page += 1) {
    seq += size(page)
    history = thinned([...history, { seq, hash: `h${seq}` }], safe_seq > seq ? 0 : safe_seq)
  }
  return { history, seq }
}

test.each([
  ['a change at a time', () => 1],
  ['five at a time', () => 5],
  ['pages of 200, then what the day brings', (page: number) => (page < 5_000 ? 200 : 1 + (page % 7))],
])('[S15] who read %s finds a shared position that is at most twice as far back', (_, size) => {
  const { history, seq } = read(size)
  expect(history.length).toBeLessThan(60)
  expect(history.at(-1)).toMatchObject({ seq })
  expect(history[0]).toEqual(origin)
  for (let lost = 200; lost < seq; lost = Math.ceil(lost * 1.3)) {
    const shared = history.findLast((one) => one.seq <= seq - lost)!
    expect(seq - shared.seq, `${lost} changes lost`).toBeLessThanOrEqual(2 * lost + 200)
  }
})

test('[S15] where the newest verified backup ends a position is kept, or one a page before', () => {
  const { history } = read(() => 5, 40_003)
  expect(history.map(({ seq }) => seq)).toContain(40_000)
})
