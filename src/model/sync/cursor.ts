import { z } from 'zod'

import { GENESIS } from './chain.ts'

/**
 * How far a reader has read, with proof: a bare number would mean something else after headquarters was restored from a
 * backup. The code proves that headquarters itself gave the cursor out.
 */
export const cursor = z.object({ epoch: z.string(), seq: z.int().min(0), hash: z.string(), mac: z.string() })
export type Cursor = Readonly<z.infer<typeof cursor>>

/** A position in headquarters' order and its hash. */
export const position = z.object({ seq: z.int().min(0), hash: z.string() })
export type Position = Readonly<z.infer<typeof position>>

/** Before the first change. On every history there is. */
export const origin: Cursor = { epoch: '', seq: 0, hash: GENESIS, mac: '' }

/** Up to so many past positions none is left out. */
const POSITIONS_KEPT = 40

/**
 * Past positions worth keeping to find the last one that two histories share. An older one than the true one is always safe: what came between
 * counts as unseen, which costs notices, and what a script was told is done does not stand. So none may be much older, however many pages came
 * since. The newest verified backup is what headquarters is restored from: the position there, or the last one before, is kept. For whatever
 * else becomes of headquarters, about two are kept for each doubling of the distance (50 for ten million changes): after n changes were lost, one
 * is found that is at most twice as far back. It comes to the same whether all are thinned at once or a new one is added each time.
 * @param history oldest first
 * @param safe_seq how far the newest verified backup goes
 */
export function thinned(history: readonly Position[], safe_seq: number): readonly Position[] {
  if (history.length <= POSITIONS_KEPT) return history
  const newest = history.at(-1)!
  const safe = history.findLast(({ seq }) => seq <= safe_seq)
  const back = ({ seq }: Position) => newest.seq - seq
  const kept = [newest]
  for (let i = history.length - 2; i >= 0; i -= 1) {
    const [older, one] = [history[i - 1], history[i]!]
    if (older === undefined || one === safe || back(older) > 2 * back(kept.at(-1)!)) kept.push(one)
  }
  return kept.reverse()
}
