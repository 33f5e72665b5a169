import { z } from 'zod'

import { endpoint } from './endpoint.ts'
import { outcome } from './operation.ts'
import { none } from './wire.ts'

/**
 * How well the units of a batch were tested. A unit passed at the first go if its first run of every procedure it met passed; any
 * other outcome than PASS is none. Units set aside as samples (golden, failing, ignored) are tested to try the tester: they are
 * left out everywhere, and only said how many they are.
 */

const timeZone = z.string('Time zone must be given once').refine(isTimeZone, {
  message: 'Time zone is unknown: write it like Europe/Berlin',
})

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Of units that were tested, how many passed at the first go. */
const share = z.object({ tested: z.int(), first_passed: z.int() })

export const batchYield = share.extend({
  /** In the batch, without samples. */
  units: z.int(),
  samples: z.int(),
  /** How the last runs of the tested units ended, as far as any ended so. */
  last: z.array(z.object({ outcome, units: z.int() })),
  /** By name. A unit counts in each procedure it met. */
  procedures: z.array(share.extend({ id: z.string(), name: z.string() })),
  /** Each unit on the day of its first run, days without any left out; `YYYY-MM-DD` in the time zone that was asked for. */
  days: z.array(share.extend({ day: z.string() })),
})
export type BatchYield = z.infer<typeof batchYield>

export const yieldEndpoint = endpoint({
  method: 'GET',
  path: '/station/batches/{number}/yield',
  summary: 'How many units of a batch were tested and passed at the first go, by procedure and day',
  access: 'any',
  refusals: [404],
  params: z.object({ number: z.string() }),
  query: z.object({ time_zone: timeZone }),
  body: none,
  answer: batchYield,
})
