import { z } from 'zod'

import { createdByStation, createdByUser } from './actor.ts'
import { syncState } from './desk.ts'
import { endpoint } from './endpoint.ts'
import { journaledOperation } from './operation.ts'
import { pageOf, pageQuery } from './page.ts'
import { context, seal } from './sync/journal.ts'
import type { Reason } from './reason.ts'
import { text, title } from './text.ts'
import { timestamp } from './time.ts'
import { none } from './wire.ts'

/** What a person at the station may ask and do about headquarters, under `/station/…`. How the two stand is `GET /station/sync`. */

const address = z.object({
  /** Where headquarters is, or null if there is none. */
  url: z.string().nullable(),
  /** The settings of this station say where: it is changed there, not here. */
  by_settings: z.boolean(),
})
export type HeadquartersAddress = Readonly<z.infer<typeof address>>

/** Why a code was not spent; nothing was changed. */
export interface NotEnrolled {
  readonly reason: Reason
  /** One sentence. */
  readonly message: string
  /** What a system or program calls it; null where the reason says all. */
  readonly technical: string | null
}

/** One operation that headquarters' feed has not shown, whole: enough to be sent there by another way. */
const waitingOperation = z.object({
  ...journaledOperation.shape,
  // Whatever a newer version wrote is shown and saved all the same.
  operation: z.looseObject({ type: z.string() }),
  ...context.shape,
  /** Null until it was made ready to be sent. */
  seal: seal.nullable(),
  /** Number, serial number or name of the row it is about, as it stands now. */
  name: z.string().nullable(),
  /** When it was accepted, by this PC's clock. */
  at: timestamp,
  /** Name of the person or station whose key asked for it. */
  by: z.string().nullable(),
})
export type WaitingOperation = z.infer<typeof waitingOperation>

const joinedBatch = z.object({
  id: z.string(),
  number: z.string(),
  created_at: timestamp,
  created_by_user: createdByUser,
  created_by_station: createdByStation,
  /** The station where it was made. */
  station: z.object({ id: z.string(), name: z.string() }).nullable(),
})
export type JoinedBatch = z.infer<typeof joinedBatch>

export const headquartersEndpoints = {
  round: endpoint({
    method: 'POST',
    path: '/station/sync',
    summary: 'Makes one round with headquarters now, and tells how far the two agree then',
    access: 'any',
    params: none,
    query: none,
    body: none,
    answer: syncState,
  }),
  get: endpoint({
    method: 'GET',
    path: '/station/headquarters',
    summary: 'Where headquarters is',
    access: 'any',
    params: none,
    query: none,
    body: none,
    answer: address,
  }),
  enroll: endpoint({
    method: 'POST',
    path: '/station/headquarters',
    summary: 'Enrol this station at headquarters with a one-time code; if that fails nothing is changed',
    access: 'user',
    refusals: [409],
    params: none,
    query: none,
    body: z.object({
      url: z
        .url({ protocol: /^https?$/, error: 'Address must be a URL with http:// or https://' })
        .max(500, 'Address must contain at most 500 characters'),
      code: title('Code', 200),
    }),
    answer: address,
  }),
  outbox: endpoint({
    method: 'GET',
    path: '/station/outbox',
    summary:
      'List the operations that wait for headquarters, the oldest first; the cursor is that of the answer before',
    access: 'user',
    params: none,
    query: z.object(pageQuery),
    body: none,
    answer: pageOf(waitingOperation),
  }),
  joined: endpoint({
    method: 'GET',
    path: '/station/joined',
    summary:
      'List the batches that were joined into this one, because each was made without knowing of the other',
    access: 'any',
    params: none,
    query: z.object({ id: text('Id') }),
    body: none,
    answer: z.object({ data: z.array(joinedBatch) }),
  }),
}
