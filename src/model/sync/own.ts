import { decide } from '../decide.ts'
import type { Refusal } from '../error.ts'
import type { JournaledOperation } from '../operation.ts'
import { refusalOf, refusalOfNothing } from '../refusal.ts'
import type { Knowledge, Mark } from '../state.ts'
import { contentHash, type Hash } from './chain.ts'
import { commitHash } from './commit.ts'
import type { HeadquartersStore } from './headquarters.ts'

/** Here and now the author sees every row there is. */
const everything: Knowledge = { seen: () => true, rebased: false, known_deleted: [] }

/**
 * Headquarters' own change: judged by the same rules, and given its place in the same order as those of the stations. Refused, with nothing
 * written, if it would not be done exactly as asked; what is so already gets no place.
 */
export function acceptOwn(
  store: Pick<HeadquartersStore, 'rows' | 'head' | 'append'>,
  entry: JournaledOperation,
  headquarters_id: string,
  hash: Hash,
): Refusal | undefined {
  const { op_id, txn_id } = entry
  const { epoch, seq: last, hash: prev } = store.head()
  const seq = last + 1
  const mark: Mark = { op_id, incarnation: epoch, n: seq, station_id: headquarters_id, seq }
  const { result, changed, conflicts } = decide(store.rows, entry, everything, mark)
  if (result === 'noop') return refusalOfNothing(entry.operation)
  if (result !== 'applied') return refusalOf(conflicts[0]!, store.rows)
  const said = {
    seq,
    op_id,
    txn_id,
    station_id: headquarters_id,
    result,
    rows: [...changed],
    conflicts: [...conflicts],
  }
  const content = contentHash(hash, entry, [])
  store.append({ ...said, hash: commitHash(hash, prev, said, content) }, { seq, content, made_as: content })
  return undefined
}
