import { describe, expect, test } from 'vitest'

import { madeAt } from '../../../src/model/sync/occurred.ts'

const RECEIVED = Date.parse('2026-06-01T12:00:00.000Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Case {
  readonly title: string
  /** What the station's clock showed more than headquarters', when the operation was accepted and when it was sent. */
  readonly off_then: number
  readonly off_now: number
  /** How long before its arrival it was accepted. */
  readonly age: number
  readonly restarted?: boolean
  readonly not_before?: number
  readonly given?: number
  readonly made: number
}

const cases: readonly Case[] = [
  { title: 'a right clock stands', off_then: 0, off_now: 0, age: HOUR, made: -HOUR },
  {
    title: 'a clock that is seconds off stands',
    off_then: 9_000,
    off_now: 9_000,
    age: HOUR,
    made: -HOUR + 9_000,
  },
  { title: 'nothing was made later than it arrived', off_then: 9_000, off_now: 9_000, age: 50, made: 0 },
  ...[400 * DAY, -400 * DAY].flatMap((off): Case[] => [
    { title: `${off / DAY} days off`, off_then: off, off_now: off, age: HOUR, made: -HOUR },
    {
      title: `${off / DAY} days off, set right before it was sent`,
      off_then: off,
      off_now: 0,
      age: HOUR,
      made: -HOUR,
    },
    {
      title: `right, set ${off / DAY} days off before it was sent`,
      off_then: 0,
      off_now: off,
      age: HOUR,
      made: -HOUR,
    },
    {
      title: `${off / DAY} days off, restarted since`,
      off_then: off,
      off_now: off,
      age: 21 * DAY,
      restarted: true,
      made: -21 * DAY,
    },
  ]),
  {
    title: 'behind, restarted and set right: no earlier than what its author had seen',
    off_then: -400 * DAY,
    off_now: 0,
    age: HOUR,
    restarted: true,
    not_before: -DAY,
    made: -DAY,
  },
  {
    title: 'ahead, restarted and set right: when it arrived',
    off_then: 400 * DAY,
    off_now: 0,
    age: HOUR,
    restarted: true,
    not_before: -DAY,
    made: 0,
  },
  {
    title: 'an imported time stands',
    off_then: 0,
    off_now: 0,
    age: HOUR,
    given: -900 * DAY,
    made: -900 * DAY,
  },
  {
    title: 'an imported time stands beside a clock that is off',
    off_then: -400 * DAY,
    off_now: -400 * DAY,
    age: HOUR,
    given: -9 * DAY,
    made: -9 * DAY,
  },
  {
    title: 'an imported time of the future is when it arrived',
    off_then: 0,
    off_now: 0,
    age: HOUR,
    given: DAY,
    made: 0,
  },
]

describe('[S10] when a row was made, worked out at headquarters', () => {
  test.for(cases)('$title', ({ off_then, off_now, age, restarted, not_before, given, made }) => {
    const wall_ms = RECEIVED - age + off_then
    const op = {
      clock: { wall_ms, boot_id: 'then', uptime_ms: 5_000 },
      created_at: given === undefined ? wall_ms : RECEIVED + given,
    }
    const now = restarted
      ? { wall_ms: RECEIVED + off_now, boot_id: 'now', uptime_ms: 1 }
      : { wall_ms: RECEIVED + off_now, boot_id: 'then', uptime_ms: 5_000 + age }
    const arrival = {
      now,
      received_at: RECEIVED,
      not_before: not_before === undefined ? 0 : RECEIVED + not_before,
    }
    expect(madeAt(op, arrival) - RECEIVED).toBe(made)
  })
})
