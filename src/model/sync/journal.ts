import { z } from 'zod'

import { type JournaledOperation, journaledOperation } from '../operation.ts'
import { contentHash, type Hash, link } from './chain.ts'
import { type Position, position } from './cursor.ts'

/** An operation's place in the chain of one incarnation: given once, written down before the first byte leaves. */
export const seal = z.object({
  incarnation: z.string(),
  n: z.int().min(1),
  prev: z.string(),
  hash: z.string(),
})
export type Seal = Readonly<z.infer<typeof seal>>

/** What goes to headquarters with an operation besides the operation. */
export const context = z.object({
  /** How far its author's base had come. */
  base: position,
  /** The base was rewritten because headquarters' history changed. */
  rebased: z.boolean(),
  /** Deleted rows whose name the author knew to be free again. */
  known_deleted: z.array(z.string()),
  /**
   * Hash of what the operation said when it was accepted, if a later renaming was folded into it since; otherwise null.
   * A copy of the disk may have sent it as it was.
   */
  made_as: z.string().nullable(),
})

/** One operation in a station's journal. */
export interface Entry extends Readonly<z.infer<typeof context>> {
  /** The order in which the station accepted its operations. Nothing ever reorders them. */
  readonly local_id: number
  readonly op: JournaledOperation
  readonly seal: Seal | null
  /**
   * With `made_as`: place of the last renaming that was folded in. If the operation is found to be taken, the renaming goes out by
   * itself, and not before those whose authors did not know of it.
   */
  readonly renamed_at: number | null
  /** It was sealed in an earlier incarnation, so somebody else may know it: what it says stays as it is. */
  readonly resent: boolean
}

/** Operations by `op_id`. */
export type Waiting = Pick<ReadonlyMap<string, Entry>, 'get'>

export const byOpId = (entries: readonly Entry[]): ReadonlyMap<string, Entry> =>
  new Map(entries.map((entry) => [entry.op.op_id, entry]))

/** An operation that headquarters' feed has shown: kept until a verified backup holds it. */
export interface Archived extends Entry {
  readonly committed_seq: number
}

export const sealedOperation = z.object({
  ...journaledOperation.shape,
  // Judged one by one at headquarters: what one newer station says must not hold up the rest of its queue.
  operation: z.looseObject({ type: z.string() }),
  ...context.shape,
  n: z.int().min(1),
  prev: z.string(),
  hash: z.string(),
})
export type SealedOperation = z.infer<typeof sealedOperation>

export function sealed(
  hash: Hash,
  entry: Entry,
  incarnation: string,
  head: { n: number; hash: string },
): Entry {
  const next = link(hash, head.hash, contentHash(hash, entry.op, entry.known_deleted))
  return { ...entry, seal: { incarnation, n: head.n + 1, prev: head.hash, hash: next } }
}

/** Numbers of two histories do not compare: what its author saw of this one ends where both are the same. */
export function cutBack<One extends Entry>(entry: One, common: Position): One {
  return entry.base.seq <= common.seq ? entry : { ...entry, base: common, rebased: true }
}

/** As it waits to be sent again. */
export function unsealed(entry: Entry): Entry {
  const { local_id, op, base, rebased, known_deleted, made_as, renamed_at, seal, resent } = entry
  const kept = { local_id, op, base, rebased, known_deleted, made_as, renamed_at }
  return { ...kept, seal: null, resent: resent || seal !== null }
}

/** What a write says of all that waits, whoever brought it. */
export interface OfAll {
  readonly cut?: Position
  readonly unsealed?: boolean
}

/** @returns the entry itself, if it is as it was */
export function withAll(entry: Entry, { cut, unsealed: anew }: OfAll): Entry {
  const kept = cut === undefined ? entry : cutBack(entry, cut)
  return anew === true && kept.seal !== null ? unsealed(kept) : kept
}

/** What waits after a write, in its order. */
export function waitingAfter(
  outbox: readonly Entry[],
  write: OfAll & {
    readonly outbox?: { readonly put: readonly Entry[]; readonly remove: readonly string[] }
  },
): readonly Entry[] {
  const { put = [], remove = [] } = write.outbox ?? {}
  const left = new Set([...remove, ...put.map(({ op }) => op.op_id)])
  const kept = outbox.filter(({ op }) => !left.has(op.op_id)).map((entry) => withAll(entry, write))
  return [...kept, ...put].sort((a, b) => a.local_id - b.local_id)
}

export function onTheWire({ op, base, rebased, known_deleted, made_as, seal }: Entry): SealedOperation {
  const { n, prev, hash } = seal!
  return { ...op, base, rebased, known_deleted: [...known_deleted], made_as, n, prev, hash }
}
