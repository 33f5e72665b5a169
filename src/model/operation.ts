import { z } from 'zod'

import { actor } from './actor.ts'

/** Value of one metadata key (contract v2 §2.2). */
export const metadataValue = z.union([z.string(), z.number(), z.boolean()])

/** A unit kept apart from production figures, or null for an ordinary one. */
export const sample = z.enum(['golden', 'failing', 'ignored']).nullable()

/** How a test run ended. */
export const outcome = z.enum(
  ['PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'],
  'Outcome must be PASS, FAIL, ERROR, TIMEOUT or ABORTED',
)

const id = z.string()

/**
 * Intentions, never row differences: what somebody wanted to happen, naming rows by id.
 * Numbers, serial numbers and names stand as typed. The same operation is judged by `decide()` on the station that
 * accepts it and again at headquarters, which gives it its place in the one order of all changes.
 */
export const operation = z.discriminatedUnion('type', [
  z.object({ type: z.literal('part.create'), id, number: z.string(), name: z.string() }),
  z.object({
    type: z.literal('part.update'),
    id,
    number: z.string().optional(),
    name: z.string().optional(),
  }),
  z.object({ type: z.literal('part.delete'), id }),

  z.object({ type: z.literal('revision.create'), id, part_id: id, number: z.string() }),
  z.object({
    type: z.literal('revision.update'),
    id,
    number: z.string().optional(),
    image_id: z.string().nullable().optional(),
  }),
  z.object({ type: z.literal('revision.delete'), id }),

  z.object({ type: z.literal('batch.create'), id, number: z.string() }),
  z.object({ type: z.literal('batch.rename'), id, number: z.string() }),
  z.object({ type: z.literal('batch.delete'), id }),

  z.object({
    type: z.literal('unit.create'),
    id,
    serial_number: z.string(),
    revision_id: id,
    batch_id: id.nullable(),
    sample,
    metadata: z.record(z.string(), metadataValue),
  }),
  z.object({
    type: z.literal('unit.update'),
    id,
    serial_number: z.string().optional(),
    revision_id: id.optional(),
    sample: sample.optional(),
    /** Keys to set; null removes a key; keys not named stay. */
    metadata: z.record(z.string(), metadataValue.nullable()).optional(),
  }),
  z.object({ type: z.literal('unit.move'), id, batch_id: id.nullable() }),
  z.object({ type: z.literal('unit.add_child'), id, child_id: id }),
  z.object({ type: z.literal('unit.remove_child'), id, child_id: id }),
  z.object({ type: z.literal('unit.delete'), id }),

  z.object({ type: z.literal('station.create'), id, name: z.string() }),
  z.object({
    type: z.literal('station.update'),
    id,
    name: z.string().optional(),
    image_id: z.string().nullable().optional(),
    team_id: z.string().nullable().optional(),
  }),
  z.object({ type: z.literal('station.remove'), id }),

  z.object({ type: z.literal('procedure.create'), id, name: z.string() }),
  z.object({ type: z.literal('procedure.update'), id, name: z.string() }),
  z.object({ type: z.literal('procedure.delete'), id }),

  z.object({ type: z.literal('version.create'), id, procedure_id: id, tag: z.string() }),
  z.object({ type: z.literal('version.delete'), id }),

  /** A station may report runs of a procedure with its own key. */
  z.object({ type: z.literal('link.create'), id, station_id: id, procedure_id: id }),
  z.object({ type: z.literal('link.delete'), id }),

  z.object({
    type: z.literal('run.create'),
    id,
    unit_id: id,
    procedure_id: id,
    version_id: id.nullable(),
    outcome,
    /** Milliseconds since 1970 UTC, by the clock of whoever tested. */
    started_at: z.int(),
    ended_at: z.int(),
    docstring: z.string().nullable(),
    /** The user who stood at the bench. */
    operated_by_id: id.nullable(),
    /** The unit was not known before this run. */
    made_unit: z.boolean(),
    /** SHA-256 of what was measured (run-payload.ts), which travels apart from the operations; null if nothing was. */
    payload: z.string().nullable(),
    metadata: z.record(z.string(), metadataValue),
  }),
  z.object({
    type: z.literal('run.update'),
    id,
    /** As in `unit.update`. */
    metadata: z.record(z.string(), metadataValue.nullable()),
  }),
  z.object({ type: z.literal('run.delete'), id }),

  /** What a person said to the conflict record `id`, after the operations that do it; null takes the answer back. */
  z.object({
    type: z.literal('conflict.answer'),
    id,
    answer: z.string().nullable(),
    /** The operations that undo the answer's, as JSON; of an answer taken back, what made again the row that went with it. */
    undo: z.string(),
  }),
  /** The bytes are on the disk of whoever says so; they travel by themselves, named by their content. */
  z.object({
    type: z.literal('attachment.create'),
    id,
    name: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** Bytes. */
    size: z.int().min(0),
    content_type: z.string().nullable(),
    unit_id: id.nullable(),
    run_id: id.nullable(),
  }),
  /** One of the two. */
  z.object({ type: z.literal('attachment.attach'), id, unit_id: id.optional(), run_id: id.optional() }),
  z.object({ type: z.literal('attachment.delete'), id }),
])
export type Operation = z.infer<typeof operation>

/** What the clocks said when the operation was accepted; correct times are worked out from it, order never is (sync design §2.3). */
export const clockReading = z.object({
  /** Wall clock, milliseconds since 1970 UTC. May be years off. */
  wall_ms: z.int(),
  /** One value for each start of the operating system. */
  boot_id: z.string(),
  /** Milliseconds since that start. */
  uptime_ms: z.int(),
})
export type ClockReading = z.infer<typeof clockReading>

/** An operation as the journal keeps it: with its identity, its author, and the clocks at that moment. */
export const journaledOperation = z.object({
  op_id: z.string(),
  /** Operations of one request share it and are never separated. */
  txn_id: z.string(),
  actor,
  clock: clockReading,
  /** Creation time of the rows the operation makes, milliseconds since 1970 UTC; differs from `clock.wall_ms` for imported rows. */
  created_at: z.int(),
  operation,
})
export type JournaledOperation = z.infer<typeof journaledOperation>
