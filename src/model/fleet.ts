import { z } from 'zod'

import { conflict } from './desk.ts'
import { endpoint } from './endpoint.ts'
import { text } from './text.ts'
import { timestamp } from './time.ts'
import { none } from './wire.ts'

/** A station that is not heard for so long is silent: it asks at least once a minute while it is on. */
export const SILENT_MS = 10 * 60_000

/** Why somebody should look at a station, or that nobody need. */
const stationState = z.enum(['waiting_for_code', 'in_touch', 'silent', 'revoked'])

/** One station as headquarters knows it. */
const fleetStation = z.object({
  id: z.string(),
  name: z.string(),
  state: stationState,
  last_seen_at: timestamp.nullable(),
  /** Operations that were not at headquarters when it was last heard, and how old the oldest of them is by now. */
  pending: z.int().nullable(),
  oldest_unsynced_ms: z.int().nullable(),
  /** How many changes of headquarters it has not taken in. */
  behind: z.int().nullable(),
  /** Questions that only a person can answer: about what it sent, and on its own screen. */
  conflicts: z.int(),
  conflicts_there: z.int().nullable(),
  /** Its clock less ours; negative if it is late. */
  clock_ahead_ms: z.int().nullable(),
  version: z.string().nullable(),
  disk_free_bytes: z.int().nullable(),
})
export type FleetStation = z.infer<typeof fleetStation>

const incident = z.object({
  kind: z.string(),
  station_id: z.string(),
  station_name: z.string().nullable(),
  reported_at: timestamp,
  detail: z.record(z.string(), z.unknown()),
})

const fleet = z.object({
  now: timestamp,
  headquarters: z.object({
    id: z.string(),
    version: z.string(),
    database: z.enum(['postgres', 'pglite']),
    changes: z.int(),
    conflicts: z.int(),
    /** The newest backup that was verified by restoring it, and how many changes came after it. Without any: null, and all. */
    last_backup: z.object({ verified_at: timestamp, seq: z.int(), file: z.string() }).nullable(),
    changes_since_backup: z.int(),
  }),
  stations: z.array(fleetStation),
  incidents: z.array(incident),
})
export type Fleet = z.infer<typeof fleet>

export const fleetEndpoint = endpoint({
  method: 'GET',
  path: '/fleet',
  summary: 'All stations and what headquarters knows of each',
  access: 'user',
  params: none,
  query: none,
  body: none,
  answer: fleet,
})

const fleetConflict = z.object({
  ...conflict.omit({ about: true }).shape,
  /** The station whose change was not done as asked. */
  station: z.object({ id: z.string(), name: z.string().nullable() }),
})

export const fleetConflictEndpoints = {
  list: endpoint({
    method: 'GET',
    path: '/fleet/conflicts',
    summary: 'What a person must decide, of all stations',
    access: 'user',
    params: none,
    query: none,
    body: none,
    answer: z.object({ data: z.array(fleetConflict) }),
  }),
  decide: endpoint({
    method: 'POST',
    path: '/fleet/conflicts/{id}',
    summary:
      'Decide a conflict by one of its answers, or take the answer back with undo; its station hears of it',
    access: 'user',
    refusals: [404, 409],
    params: z.object({ id: z.string() }),
    query: none,
    body: z.object({ answer: text('Answer') }),
    answer: z.object({ id: z.string() }),
  }),
}
