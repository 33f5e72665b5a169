import { expect, test } from 'vitest'

import { createQuantities } from '../../src/renderer/i18n/quantities.ts'

const { quantity, took, countedShare, fileSize, date } = createQuantities('en')

test.each([
  [0, '0'],
  [0.1 + 0.2, '0.3'],
  [3.081, '3.081'],
  [14.8082961970245, '14.8083'],
  [-2.5, '-2.5'],
  [123_456_789.5, '123,456,790'],
  [356_938_035_643_809, '356,938,035,643,809'],
  [0.000_012_345_678_9, '0.00001234568'],
  [4.7e-9, '4.7E-9'],
  [-1.5e18, '-1.5E18'],
])('the measured value %d is written %s', (value, words) => {
  expect(quantity(value)).toBe(words)
})

test.each([
  [0, '0 secs'],
  [420, '0.4 secs'],
  [42_500, '42.5 secs'],
  [270_000, '4 mins 30 secs'],
  [120_000, '2 mins'],
  [7_500_000, '2 hrs 5 mins'],
])('a span of %d ms is written %s', (ms, words) => {
  expect(took(ms)).toBe(words)
})

test('only all are 100 %, and only none are 0 %', () => {
  expect(countedShare(4_999, 5_000)).toBe('99.9%')
  expect(countedShare(5_000, 5_000)).toBe('100%')
  expect(countedShare(0, 3)).toBe('0%')
  expect(createQuantities('de').countedShare(1, 3)).toBe('33,3\u{a0}%')
})

test('files have sizes people know', () => {
  expect(fileSize(999)).toBe('999 byte')
  expect(fileSize(48_200)).toBe('48.2 kB')
  expect(fileSize(2_500_000)).toBe('2.5 MB')
  expect(fileSize(3_000_000_000)).toBe('3 GB')
})

test('a day is that day in every time zone', () => {
  expect(date('2026-01-05')).toBe('5 Jan 2026')
  expect(createQuantities('de').date('2026-01-05')).toBe('05.01.2026')
})
