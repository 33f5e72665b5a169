import type { Actor } from '../../model/actor.ts'
import type { UserItem } from '../../model/user.ts'
import type { Queryable } from './database.ts'
import { one } from './database.ts'
import { sql } from './sql.ts'

/** Everybody, in the order in which headquarters came to know them. */
export const listUsers = (db: Queryable) =>
  db.rows<UserItem>(sql`SELECT id, email, name, image, banned FROM users ORDER BY pk`)

/** The one who asks; a station is no user. */
export async function currentUser(db: Queryable, actor: Actor): Promise<UserItem[]> {
  if (actor.kind !== 'user') return []
  return db.rows(sql`SELECT id, email, name, image, banned FROM users WHERE id = ${actor.id}`)
}

/** The user with this name, made if there is none. The address says that it is none. */
export async function userNamed(db: Queryable, id: string, name: string): Promise<string> {
  const [found] = await db.rows<{ id: string }>(
    sql`SELECT id FROM users WHERE name = ${name} ORDER BY pk LIMIT 1`,
  )
  if (found) return found.id
  const mailbox =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'user'
  await db.rows(
    sql`INSERT INTO users (id, email, name) VALUES (${id}, ${`${mailbox}@lotkeeper.invalid`}, ${name})`,
  )
  return id
}

/** The user of the first start: who acts where nobody is named. */
export const firstUserId = async (db: Queryable) =>
  (await one<{ id: string }>(db, sql`SELECT id FROM users ORDER BY pk LIMIT 1`)).id

/** The user with this email, in any case. */
export async function userWithEmail(db: Queryable, email: string): Promise<string | undefined> {
  const [found] = await db.rows<{ id: string }>(
    sql`SELECT id FROM users WHERE lower(email) = ${email.toLowerCase()} ORDER BY pk LIMIT 1`,
  )
  return found?.id
}
