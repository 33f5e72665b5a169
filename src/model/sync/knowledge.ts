import type { Knowledge, Mark } from '../state.ts'
import { type Hash, rootOf } from './chain.ts'
import type { Position } from './cursor.ts'
import type { Author } from './footprint.ts'
import type { Entry } from './journal.ts'
import type { Parent } from './protocol.ts'

/** Headquarters' record of the chains that stations sent. */
export interface Chains {
  /** Hash of the position, undefined beyond the head. */
  hashAt(seq: number): string | undefined
  isOpen(incarnation: string): boolean
  parent(incarnation: string): Parent | null
  /** Position and hash of the last operation that came in this incarnation. */
  chainEnd(incarnation: string): Position
  linkAt(incarnation: string, n: number): string | undefined
  /** Where this operation first came in this incarnation, as a repetition too; undefined if it did not. */
  sentAt(incarnation: string, op_id: string): number | undefined
}

/**
 * What the author of an operation had seen, as headquarters can prove it:
 * everything up to its base, everything that its own chain holds, and what the chains before it hold as far as the station
 * showed that it has them. In doubt the answer is no: a change wrongly taken for unseen costs a notice, never data.
 */
export function authorAt(
  chains: Chains,
  sent: { base: Position; rebased: boolean; known_deleted: readonly string[] },
  mark: Mark,
  hash: Hash,
): Knowledge {
  const base = chains.hashAt(sent.base.seq) === sent.base.hash ? sent.base.seq : 0
  const lineage = provenLineage(chains, mark.incarnation, hash)
  return {
    rebased: sent.rebased,
    known_deleted: sent.known_deleted,
    seen: ({ seq, incarnation, n, op_id }) =>
      (seq !== null && seq <= base) ||
      (incarnation === mark.incarnation && n < mark.n) ||
      lineage.some((older) => older.incarnation === incarnation && n <= older.upto) ||
      (chains.sentAt(mark.incarnation, op_id) ?? Infinity) < mark.n,
  }
}

/** The incarnations before this one, up to the first that claims more than headquarters can check. */
function provenLineage(chains: Chains, incarnation: string, hash: Hash): readonly Parent[] {
  const proven: Parent[] = []
  let parent = chains.parent(incarnation)
  while (parent !== null && linkAt(chains, parent, hash) === parent.hash) {
    proven.push(parent)
    parent = chains.parent(parent.incarnation)
  }
  return proven
}

/** What a chain comes to at a place; at its very beginning that is what it says of its own past. */
function linkAt(chains: Chains, { incarnation, upto }: Parent, hash: Hash): string | undefined {
  if (upto > 0) return chains.linkAt(incarnation, upto)
  return chains.isOpen(incarnation) ? rootOf(hash, chains.parent(incarnation)) : undefined
}

/** The same on a station, for its own waiting operations: their order is the journal's. */
export function authorHere(
  station_id: string | null,
  incarnation: string,
  lineage: readonly Parent[],
): Author {
  const wrote = (mark: Mark) =>
    mark.seq === null ||
    mark.incarnation === incarnation ||
    lineage.some((older) => older.incarnation === mark.incarnation && mark.n <= older.upto)
  return {
    knowledge: (entry: Entry) => ({
      rebased: entry.rebased,
      known_deleted: entry.known_deleted,
      seen: (mark) => wrote(mark) || mark.seq! <= entry.base.seq,
    }),
    wrote,
    // What waits has no place yet, and needs none: whatever else waits comes from this station, in this order.
    mark: ({ op }) => ({ op_id: op.op_id, incarnation: '', n: 0, station_id, seq: null }),
  }
}
