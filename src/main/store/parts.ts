import { type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import { type Page, page } from '../../model/page.ts'
import {
  FIRST_REVISION,
  PART_NAME_DEFAULT,
  type PartCreate,
  type PartDeleted,
  type PartDetail,
  type PartItem,
  type PartListQuery,
  type PartUpdate,
  type PartUpdated,
} from '../../model/part.ts'
import { formatTime } from '../../model/time.ts'
import { type Author, accept } from './accept.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import type { People } from './people.ts'
import { among, type Query, join, sql } from './sql.ts'

const notFound = (number: string) => refuse('NOT_FOUND', `Part ${number} not found`)

/** Parts by page: which ones first, then what is shown of them. */
export function listParts(db: ReadableDb, query: PartListQuery): Page<PartItem> {
  const order = orders[query.sort_by][query.sort_order]
  const pks = db.rows<[number]>(sql`
    SELECT p.pk FROM parts p WHERE ${matching(query)} ORDER BY ${order} LIMIT ${query.limit + 1} OFFSET ${query.cursor}`)
  return page(readParts(db, pks.flat()), query.limit, query.cursor)
}

const orders: Record<PartListQuery['sort_by'], Record<PartListQuery['sort_order'], Query>> = {
  name: { asc: sql`p.name COLLATE NOCASE, p.pk`, desc: sql`p.name COLLATE NOCASE DESC, p.pk DESC` },
  number: { asc: sql`p.key`, desc: sql`p.key DESC` },
  created_at: { asc: sql`p.created_at, p.pk`, desc: sql`p.created_at DESC, p.pk DESC` },
}

/** Part of the number, of the name, or of a revision's number, in any case. */
function matching(query: PartListQuery): Query {
  const tested = query.procedure_ids ? testedBy(query.procedure_ids) : sql`TRUE`
  if (query.search_query === undefined) return tested
  const term = fold(query.search_query)
  const found = join(
    [
      sql`(instr(p.key, ${term})`,
      sql`instr(lower(p.name), ${term})`,
      sql`EXISTS (SELECT 1 FROM revisions r WHERE r.part_pk = p.pk AND instr(r.key, ${term})))`,
    ],
    ' OR ',
  )
  return sql`${tested} AND ${found}`
}

/** A unit of it had a run of one of these procedures. */
const testedBy = (procedure_ids: readonly string[]) => sql`EXISTS (
  SELECT 1 FROM revisions r JOIN units u ON u.revision_pk = r.pk JOIN runs t ON t.unit_pk = u.pk
    JOIN procedures q ON q.pk = t.procedure_pk
  WHERE r.part_pk = p.pk AND q.id IN ${among(procedure_ids)})`

interface PartRow {
  pk: number
  id: string
  number: string
  name: string
  created_at: number
}

function readParts(db: ReadableDb, pks: readonly number[]): PartItem[] {
  const wanted = JSON.stringify(pks)
  const revisions = new Map<number, { id: string; number: string }[]>(pks.map((pk) => [pk, []]))
  const found = db.all<{ part_pk: number; id: string; number: string }>(sql`
    SELECT r.part_pk, r.id, r.number FROM json_each(${wanted}) wanted JOIN revisions r ON r.part_pk = wanted.value
    ORDER BY wanted.key, r.pk`)
  for (const { part_pk, id, number } of found) revisions.get(part_pk)!.push({ id, number })
  return db
    .all<PartRow>(sql`
      SELECT p.pk, p.id, p.number, p.name, p.created_at FROM json_each(${wanted}) wanted JOIN parts p ON p.pk = wanted.value
      ORDER BY wanted.key`)
    .map(({ pk, created_at, ...part }) => ({
      ...part,
      created_at: formatTime(created_at),
      revisions: revisions.get(pk)!,
    }))
}

/** One part with its revisions, in the order in which they were made. */
export function getPart(db: ReadableDb, people: People, number: string): PartDetail | Refusal {
  const part = db.one<
    PartRow & { created_by_user_pk: number | null; created_by_station_pk: number | null }
  >(sql`
    SELECT pk, id, number, name, created_at, created_by_user_pk, created_by_station_pk
    FROM parts WHERE key = ${fold(number)}`)
  if (!part) return notFound(number)
  const revisions = db.all<{ id: string; number: string; created_at: number }>(sql`
    SELECT id, number, created_at FROM revisions WHERE part_pk = ${part.pk} ORDER BY pk`)
  return {
    id: part.id,
    number: part.number,
    name: part.name,
    created_at: formatTime(part.created_at),
    created_by_user: people.user(part.created_by_user_pk),
    created_by_station: people.station(part.created_by_station_pk),
    revisions: revisions.map((revision) => ({ ...revision, created_at: formatTime(revision.created_at) })),
  }
}

/** A part is of use only with a revision: the first one comes with it, in the same transaction. */
export function createPart(db: WritableDb, author: Author, wanted: PartCreate): { id: string } | Refusal {
  const { number, name = PART_NAME_DEFAULT, revision_number = FIRST_REVISION } = wanted
  const id = author.newId()
  return (
    accept(db, author, { type: 'part.create', id, number, name }) ??
    accept(db, author, {
      type: 'revision.create',
      id: author.newId(),
      part_id: id,
      number: revision_number,
    }) ?? {
      id,
    }
  )
}

export function updatePart(
  db: WritableDb,
  author: Author,
  number: string,
  { new_number, name }: PartUpdate,
): PartUpdated | Refusal {
  const id = partId(db, number)
  if (id === undefined) return notFound(number)
  const refusal = accept(db, author, { type: 'part.update', id, number: new_number, name })
  if (refusal) return refusal
  const part = db.one<{ number: string; name: string }>(sql`SELECT number, name FROM parts WHERE id = ${id}`)!
  return { id, ...part, updated_at: formatTime(author.clock.wall_ms) }
}

/** The part goes with its revisions; while a unit is of one of them, all stay. */
export function deletePart(db: WritableDb, author: Author, number: string): PartDeleted | Refusal {
  const id = partId(db, number)
  if (id === undefined) return notFound(number)
  const revisions = db.rows<[string]>(sql`
    SELECT r.id FROM revisions r JOIN parts p ON p.pk = r.part_pk WHERE p.id = ${id} ORDER BY r.pk`)
  return accept(db, author, { type: 'part.delete', id }) ?? { id, deletedRevisionIds: revisions.flat() }
}

/** Id of the part with this number, in any case. */
export function partId(db: ReadableDb, number: string): string | undefined {
  return db.one<{ id: string }>(sql`SELECT id FROM parts WHERE key = ${fold(number)}`)?.id
}
