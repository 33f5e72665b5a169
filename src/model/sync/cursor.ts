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

/** How many past positions a station shows to find the last one that both sides know. */
export const LOCATOR_MAX = 40

/**
 * Past positions worth keeping: the newest ones all, the older the fewer. Where the true common ancestor was dropped, an
 * older one is found instead, which is always safe: a few more changes count as unseen.
 * @param history oldest first
 */
export function thinned(history: readonly Position[]): readonly Position[] {
  if (history.length <= LOCATOR_MAX) return history
  const recent = LOCATOR_MAX / 2
  const old = history.slice(0, -recent)
  return [...old.filter((_, index) => (old.length - index) % 2 === 0), ...history.slice(-recent)]
}
