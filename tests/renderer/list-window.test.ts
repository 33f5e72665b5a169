import { describe, expect, test } from 'vitest'

import {
  barOf,
  offsetAfter,
  offsetShowing,
  pagesOf,
  trackHeight,
  visibleRows,
} from '../../src/renderer/list-window.ts'

const short = { count: 1_000, row: 56, view: 560 }
const long = { count: 1_000_000, row: 56, view: 560 }
const end = 1_000_000 * 56 - 560
const barEnd = trackHeight(long) - 560

describe('a list that fits a browser', () => {
  test('scrolls as the browser says', () => {
    expect(trackHeight(short)).toBe(56_000)
    expect(offsetAfter(short, 0, 0, 777)).toBe(777)
    expect(barOf(short, 777)).toBe(777)
  })

  test('draws what is visible and a row at each end', () => {
    expect(visibleRows(short, 0)).toEqual({ first: 0, end: 11 })
    expect(visibleRows(short, 560)).toEqual({ first: 9, end: 21 })
    expect(visibleRows({ ...short, count: 3 }, 0)).toEqual({ first: 0, end: 3 })
    expect(visibleRows({ ...short, count: 0 }, 0)).toEqual({ first: 0, end: 0 })
  })
})

describe('a million rows', () => {
  test('are told to the browser as less than it can bear', () => {
    expect(trackHeight(long)).toBeLessThan(33_000_000)
  })

  test('a small movement moves by as much', () => {
    expect(offsetAfter(long, 20_000_000, 3_000_000, 3_000_100)).toBe(20_000_100)
    // Several turns of a wheel in one frame.
    expect(offsetAfter(long, 20_000_000, 3_000_000, 3_005_000)).toBe(20_005_000)
  })

  test('a large one goes where the bar stands', () => {
    expect(offsetAfter(long, 0, 0, barEnd / 2)).toBeCloseTo(end / 2)
  })

  test('the ends are the ends', () => {
    expect(offsetAfter(long, 5_000, 90, 0)).toBe(0)
    expect(offsetAfter(long, end - 5_000, barEnd - 90, barEnd)).toBe(end)
    expect(visibleRows(long, end).end).toBe(1_000_000)
  })

  test('the bar belongs where its offset is, and back', () => {
    for (const offset of [0, 1, 12_345_678, end])
      expect(offsetAfter(long, -1, -1_000_000, barOf(long, offset))).toBeCloseTo(offset, 3)
  })

  test('a row is brought into view by the smallest movement', () => {
    expect(offsetShowing(long, 1_000, 500_000)).toBe(500_001 * 56 - 560)
    expect(offsetShowing(long, 40_000_000, 10)).toBe(560)
    expect(offsetShowing(long, 560, 11)).toBe(560)
  })
})

test('pages are those that hold a visible row', () => {
  expect(pagesOf(95, 105, 100)).toEqual([0, 1])
  expect(pagesOf(0, 100, 100)).toEqual([0])
  expect(pagesOf(999_990, 1_000_000, 100)).toEqual([9_999])
  expect(pagesOf(0, 0, 100)).toEqual([])
})
