import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** Who this station is. */
export interface Identity {
  readonly station_id: string
  /** Name of the station's row, as it is now. */
  readonly station_name: string
  readonly organization_slug: string
  /** One lineage of this database: minted when it is made. */
  readonly incarnation: string
}

/** Before headquarters has named an organization. */
const ORGANIZATION = 'lotkeeper'

/** @returns undefined for a database that has not had its first start */
export function readIdentity(db: ReadableDb): Identity | undefined {
  return db.one(sql`
    SELECT stations.id AS station_id, stations.name AS station_name, slug.value AS organization_slug, line.value AS incarnation
    FROM meta me JOIN stations ON stations.id = me.value
      JOIN meta slug ON slug.name = 'organization_slug' JOIN meta line ON line.name = 'incarnation'
    WHERE me.name = 'station_id'`)
}

interface NewIdentity {
  readonly station_id: string
  readonly station_name: string
  readonly incarnation: string
  readonly created_at: number
}

/**
 * Makes the station itself. No journal entry: who a station is, is settled by its first start and by enrolment,
 * not by an operation that could be judged.
 */
export function createIdentity(
  db: WritableDb,
  { station_id, station_name, incarnation, created_at }: NewIdentity,
): void {
  db.run(
    sql`INSERT INTO stations (id, name, created_at) VALUES (${station_id}, ${station_name}, ${created_at})`,
  )
  db.run(sql`INSERT INTO meta (name, value)
    VALUES ('station_id', ${station_id}), ('organization_slug', ${ORGANIZATION}), ('incarnation', ${incarnation})`)
}

/** What links to attachments are signed with: the same after a restart, so that they go on being good. @param fresh taken if there is none */
export function linkSecret(db: WritableDb, fresh: string): string {
  db.run(sql`INSERT INTO meta (name, value) VALUES ('link_secret', ${fresh}) ON CONFLICT DO NOTHING`)
  return db.one<{ value: string }>(sql`SELECT value FROM meta WHERE name = 'link_secret'`)!.value
}

interface NewUser {
  readonly id: string
  readonly name: string
  readonly created_at: number
}

/** The user with this name, made if there is none. A name is all a station knows of people; the address says that it is not one. */
export function userNamed(db: WritableDb, { id, name, created_at }: NewUser): string {
  const found = db.one<{ id: string }>(sql`SELECT id FROM users WHERE name = ${name} ORDER BY pk LIMIT 1`)
  if (found) return found.id
  const mailbox =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'user'
  db.run(sql`INSERT INTO users (id, email, name, created_at)
    VALUES (${id}, ${`${mailbox}@lotkeeper.invalid`}, ${name}, ${created_at})`)
  return id
}

/** The user of the first start: whom imported rows belong to when their maker is not known here. */
export function firstUserId(db: ReadableDb): string {
  return db.one<{ id: string }>(sql`SELECT id FROM users ORDER BY pk LIMIT 1`)!.id
}
