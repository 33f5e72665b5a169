import type { Actor } from '../../model/actor.ts'
import type { UserItem } from '../../model/user.ts'
import type { ReadableDb } from './database.ts'
import { sql } from './sql.ts'

interface UserRow extends Omit<UserItem, 'banned'> {
  readonly banned: number
}

const withFlag = ({ banned, ...user }: UserRow): UserItem => ({ ...user, banned: banned !== 0 })

/** Everybody, in the order in which this station came to know them. */
export function listUsers(db: ReadableDb): UserItem[] {
  return db.all<UserRow>(sql`SELECT id, email, name, image, banned FROM users ORDER BY pk`).map(withFlag)
}

/** The one who asks; a station is no user. */
export function currentUser(db: ReadableDb, actor: Actor): UserItem[] {
  if (actor.kind !== 'user') return []
  return db
    .all<UserRow>(sql`SELECT id, email, name, image, banned FROM users WHERE id = ${actor.id}`)
    .map(withFlag)
}
