import { hash } from 'node:crypto'

import type { Caller } from '../../http/routes.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import type { ReadableDb } from '../store/database.ts'
import { findKey } from '../store/keys.ts'

/** Callers remembered between two commits; a station has a handful of keys in use. */
const KNOWN_MAX = 100

/**
 * Who is asking: `Authorization: Bearer KEY`, the scheme in any case (contract v2 §1.2).
 * What a key stands for is remembered until the next commit, under the digest of the header: how long a look-up takes says
 * nothing of the key itself.
 * @param version moves with every commit (see store/commits.ts)
 */
export function createAuthenticator(
  db: ReadableDb,
  version: () => number,
): (authorization: string | undefined) => Caller | Refusal {
  const known = new Map<string, Caller>()
  let since = version()

  return (authorization) => {
    if (authorization === undefined)
      return refuse('UNAUTHORIZED', 'Unauthorized: send the header Authorization: Bearer YOUR_API_KEY')
    if (since !== version() || known.size >= KNOWN_MAX) {
      known.clear()
      since = version()
    }
    const name = hash('sha256', authorization)
    const earlier = known.get(name)
    if (earlier !== undefined) return earlier
    const presented = /^bearer +(\S+)\s*$/i.exec(authorization)?.[1]
    const caller = presented === undefined ? undefined : findKey(db, presented)
    if (caller === undefined)
      return refuse('UNAUTHORIZED', 'Unauthorized: this API key is not known here, or it was revoked')
    known.set(name, caller)
    return caller
  }
}
