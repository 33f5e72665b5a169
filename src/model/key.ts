import { z } from 'zod'

import type { Actor } from './actor.ts'
import { refuse } from './error.ts'
import { title } from './text.ts'

/** What is asked for, at the page or by the command line. */
export const keyToMake = z.object({
  kind: z.enum(['user', 'station'], 'Kind must be user or station'),
  name: title('Name', 60),
})
export type KeyToMake = z.infer<typeof keyToMake>

/** Seen this once. */
export interface MadeKey extends KeyToMake {
  readonly id: string
  readonly key: string
}

/** What is seen of a key after its creation. */
export interface KeyItem {
  readonly id: string
  readonly kind: Actor['kind']
  readonly name: string
  /** Name of the user or station it acts as. */
  readonly owner: string | null
  readonly created_at: number
  readonly revoked_at: number | null
}

export const noSuchKey = (id: string) => refuse('NOT_FOUND', `No key in force has the id ${id}`)

/** Wherever it is asked for. */
export const lastUserKey = refuse(
  'CONFLICT',
  'This is the last user key: without it nobody could sign in. Make another one first.',
  { reason: 'last_user_key' },
)
