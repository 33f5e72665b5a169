import type { Caller } from '../../http/routes.ts'
import { type Refusal, refuse } from '../../model/error.ts'
import type { ReadableDb } from '../store/database.ts'
import { findKey } from '../store/keys.ts'

/** Who is asking: `Authorization: Bearer KEY`, the scheme in any case (contract v2 §1.2). */
export function authenticate(db: ReadableDb, authorization: string | undefined): Caller | Refusal {
  if (authorization === undefined)
    return refuse('UNAUTHORIZED', 'Unauthorized: send the header Authorization: Bearer YOUR_API_KEY')
  const presented = /^bearer +(\S+)\s*$/i.exec(authorization)?.[1]
  const key = presented === undefined ? undefined : findKey(db, presented)
  if (key === undefined)
    return refuse('UNAUTHORIZED', 'Unauthorized: this API key is not known here, or it was revoked')
  return key
}
