import { z } from 'zod'

import type { Conflict, Row } from '../state.ts'
import { cursor, position } from './cursor.ts'
import { sealedOperation } from './journal.ts'

/**
 * Version of the messages below. A change that an old station or an old headquarters would misread needs a new one.
 *
 * - 1, 2026-11: hello, push, pull.
 */
export const PROTOCOL_VERSION = 1

/** The end of a station's chain, and enough of what came before to find where two copies of it part. */
const chainIndex = z.array(z.tuple([z.int(), z.string()]))
export type ChainIndex = z.infer<typeof chainIndex>

const parent = z.object({ incarnation: z.string(), upto: z.int(), hash: z.string() })
export type Parent = Readonly<z.infer<typeof parent>>

const envelope = { protocol: z.int(), station_id: z.string(), incarnation: z.string(), cursor }

export const helloRequest = z.object({ kind: z.literal('hello'), ...envelope, chain: position })

export const pushRequest = z.object({
  kind: z.literal('push'),
  ...envelope,
  parent: parent.nullable(),
  ops: z.array(sealedOperation),
})
export type PushRequest = z.infer<typeof pushRequest>

export const pullRequest = z.object({
  kind: z.literal('pull'),
  ...envelope,
  limit: z.int().min(1),
  /** Past positions, oldest first: asked for by a station whose history changed. */
  locator: z.array(position).optional(),
})
export type PullRequest = z.infer<typeof pullRequest>

export const request = z.discriminatedUnion('kind', [helloRequest, pushRequest, pullRequest])
export type Request = z.infer<typeof request>

const row = z.custom<Row>((value) => typeof value === 'object' && value !== null && 'marks' in value)
const conflict = z.custom<Conflict>((value) => typeof value === 'object' && value !== null && 'kind' in value)

/** One position of headquarters' order: what was asked, what came of it, and the rows as they are after it. */
export const commit = z.object({
  seq: z.int().min(1),
  /** Empty where the page came without it (short.ts). */
  hash: z.string(),
  op_id: z.string(),
  txn_id: z.string(),
  station_id: z.string(),
  result: z.enum(['applied', 'noop', 'merged', 'renamed', 'partial', 'rejected']),
  rows: z.array(row),
  conflicts: z.array(conflict),
})
export type Commit = z.infer<typeof commit>

export const welcome = z.object({ kind: z.literal('welcome'), chain: position, index: chainIndex })

export const pushed = z.object({
  kind: z.literal('pushed'),
  results: z.array(z.object({ op_id: z.string(), seq: z.int() })),
  chain: position,
})

export const page = z.object({
  kind: z.literal('page'),
  from: cursor,
  to: cursor,
  commits: z.array(commit),
  more: z.boolean(),
  /** Everything up to here is in a backup that was verified by restoring it. */
  safe_seq: z.int(),
  /** Answers to a locator: the newest position both sides know, and headquarters' record of the station's chain. */
  common: position.optional(),
  index: chainIndex.optional(),
})
export type Page = z.infer<typeof page>

export const answer = z.discriminatedUnion('kind', [
  welcome,
  pushed,
  page,
  /** The cursor is not on this history: headquarters was restored from a backup. */
  z.object({ kind: z.literal('forked') }),
  /** The chain does not continue what headquarters has: this database was copied or set back. */
  z.object({ kind: z.literal('fork'), index: chainIndex }),
  /**
   * An `op_id` is taken by another operation: two machines were given the same chance. Or, with `as_made`, by the same one as it was before
   * the last renaming was folded into it: a copy sent it.
   */
  z.object({
    kind: z.literal('collision'),
    op_id: z.string(),
    index: chainIndex,
    as_made: z.boolean().optional(),
  }),
  /** The two sides do not speak one version. Local work goes on; the queue waits. */
  z.object({ kind: z.literal('upgrade_required'), protocol: z.int() }),
])
export type Answer = z.infer<typeof answer>
