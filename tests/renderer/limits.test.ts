import { describe, expect, test } from 'vitest'

import { type Limits, type Validators, gaugeOf, limitsOf } from '../../src/renderer/limits.ts'

type Validator = NonNullable<Validators>[number]

const against = (operator: string, expected_value: Validator['expected_value']): Validator => ({
  outcome: 'PASS',
  operator,
  expected_value,
  expression: `x ${operator} ${JSON.stringify(expected_value)}`,
  is_decisive: true,
  is_expression_only: false,
  analytics_expression: null,
  has_custom_expression: false,
})

describe('limits', () => {
  test.each<[fact: string, validators: Validators, limits: Limits, others: string[]]>([
    ['of nothing are none', null, {}, []],
    [
      'come from the two validators that the API makes of them',
      [against('>=', 4.75), against('<=', 5.25)],
      { lower: { at: 4.75, included: true }, upper: { at: 5.25, included: true } },
      [],
    ],
    [
      'may be on one side and left out themselves',
      [against('<', 3)],
      { upper: { at: 3, included: false } },
      [],
    ],
    [
      'are the narrowest of several',
      [against('>=', 1), against('>', 1), against('>=', 0), against('<=', 9), against('<=', 7)],
      { lower: { at: 1, included: false }, upper: { at: 7, included: true } },
      [],
    ],
    [
      'of one exact number are that number',
      [against('==', 5)],
      { lower: { at: 5, included: true }, upper: { at: 5, included: true } },
      [],
    ],
    [
      'that are not numbers speak for themselves',
      [against('==', 'OK'), against('in', ['A', 'B']), against('<=', 2)],
      { upper: { at: 2, included: true } },
      ['x == "OK"', 'x in ["A","B"]'],
    ],
    [
      'in words of the script are said in those words',
      [{ ...against('<=', 2), expression: 'x within spec', has_custom_expression: true }],
      {},
      ['x within spec'],
    ],
  ])('%s', (_, validators, limits, others) => {
    expect(limitsOf(validators)).toEqual({ limits, others })
  })
})

const at = (value: number) => ({ at: value, included: true })
const between = { lower: at(10), upper: at(20) }

describe('a gauge', () => {
  test('has the band in its middle and the value where it lies', () => {
    const band = { from: expect.closeTo(0.2) as number, to: expect.closeTo(0.8) as number }
    expect(gaugeOf(10, between)).toEqual({ band, value: expect.closeTo(0.2) })
    expect(gaugeOf(15, between)).toEqual({ band, value: expect.closeTo(0.5) })
    expect(gaugeOf(22, between)).toEqual({ band, value: expect.closeTo(0.92) })
  })

  test('says on which side a value lies that is off the line', () => {
    expect(gaugeOf(-1_000, between)).toMatchObject({ value: 0, beyond: 'below' })
    expect(gaugeOf(1_000, between)).toMatchObject({ value: 1, beyond: 'above' })
    expect(gaugeOf(15, between)?.beyond).toBeUndefined()
  })

  test.each<[fact: string, value: number, limits: Limits]>([
    ['a lower limit', 3, { lower: at(3) }],
    ['a lower limit of nought', 0.5, { lower: at(0) }],
    ['a lower limit below nought', -2, { lower: at(-3) }],
    ['an upper limit', 2, { upper: at(3) }],
    ['an upper limit of nought', -7, { upper: at(0) }],
    ['one exact value', 5, { lower: at(5), upper: at(5) }],
  ])('with %s has a good value in the band', (_, value, limits) => {
    const { band, value: place } = gaugeOf(value, limits)!
    expect(place).toBeGreaterThanOrEqual(band.from)
    expect(place).toBeLessThanOrEqual(band.to)
  })

  test.each<[fact: string, value: number, limits: Limits]>([
    ['a lower limit', 2.9, { lower: at(3) }],
    ['a lower limit of nought', -0.5, { lower: at(0) }],
    ['a lower limit below nought', -4, { lower: at(-3) }],
    ['an upper limit', 3.1, { upper: at(3) }],
    ['an upper limit of nought', 7, { upper: at(0) }],
    ['one exact value', 5.1, { lower: at(5), upper: at(5) }],
    ['two limits', 20.1, between],
  ])('with %s has a bad value outside the band', (_, value, limits) => {
    const { band, value: place } = gaugeOf(value, limits)!
    expect(place < band.from || place > band.to).toBe(true)
  })

  test('is not drawn without a number, without a limit, or of limits that leave nothing', () => {
    expect(gaugeOf('OK', between)).toBeUndefined()
    expect(gaugeOf(null, between)).toBeUndefined()
    expect(gaugeOf(Number.NaN, between)).toBeUndefined()
    expect(gaugeOf(1, {})).toBeUndefined()
    expect(gaugeOf(1, { lower: at(2), upper: at(1) })).toBeUndefined()
  })
})
