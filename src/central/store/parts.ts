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
import type { State } from '../../model/state.ts'
import { formatTime } from '../../model/time.ts'
import type { Queryable } from './database.ts'
import { among, pieceOf } from './filters.ts'
import type { Desk } from './own.ts'
import { type CreatorColumns, creators, creatorsOf } from './people.ts'
import { type Query, sql } from './sql.ts'

const notFound = (number: string) => refuse('NOT_FOUND', `Part ${number} not found`)

/** Parts by page, each with its revisions in the order in which they were made. */
export async function listParts(db: Queryable, query: PartListQuery): Promise<Page<PartItem>> {
  const { limit, cursor, sort_by, sort_order } = query
  const order = orders[sort_by][sort_order]
  const parts = await db.rows<Omit<PartItem, 'created_at'> & { created_at: number }>(sql`
    SELECT p.id, p.number, p.name, p.created_at, (
        SELECT coalesce(json_agg(json_build_object('id', r.id, 'number', r.number) ORDER BY r.pk), '[]')
        FROM revisions r WHERE r.part_id = p.id AND r.held IS NOT NULL) AS revisions
    FROM (SELECT * FROM parts p WHERE p.held IS NOT NULL AND ${matching(query)}
      ORDER BY ${order} LIMIT ${limit + 1}::bigint OFFSET ${cursor}::bigint) p
    ORDER BY ${order}`)
  const items = parts.map((part) => ({ ...part, created_at: formatTime(part.created_at) }))
  return page(items, limit, cursor)
}

const orders: Record<PartListQuery['sort_by'], Record<PartListQuery['sort_order'], Query>> = {
  name: { asc: sql`lower(p.name), p.pk`, desc: sql`lower(p.name) DESC, p.pk DESC` },
  number: { asc: sql`p.held`, desc: sql`p.held DESC` },
  created_at: { asc: sql`p.created_at, p.pk`, desc: sql`p.created_at DESC, p.pk DESC` },
}

/** Part of the number, of the name, or of a revision's number, in any case. */
function matching({ search_query, procedure_ids }: PartListQuery): Query {
  const tested = procedure_ids ? testedBy(procedure_ids) : sql`TRUE`
  if (search_query === undefined) return tested
  const piece = pieceOf(search_query)
  return sql`${tested} AND (p.held LIKE ${piece} OR lower(p.name) LIKE ${piece} OR EXISTS (
    SELECT FROM revisions r WHERE r.part_id = p.id AND r.held LIKE ${piece}))`
}

/** A unit of it had a run of one of these procedures. */
const testedBy = (procedure_ids: readonly string[]) => sql`EXISTS (
  SELECT FROM revisions r JOIN units u ON u.revision_id = r.id JOIN runs t ON t.unit_id = u.id
  WHERE r.part_id = p.id AND t.held IS NOT NULL AND t.procedure_id ${among(procedure_ids)})`

/** One part with its revisions. */
export async function getPart(db: Queryable, number: string): Promise<PartDetail | Refusal> {
  const [part] = await db.rows<
    CreatorColumns & { id: string; number: string; name: string; created_at: number }
  >(sql`
    SELECT p.id, p.number, p.name, p.created_at, ${creators('p')} FROM parts p WHERE p.held = ${fold(number)}`)
  if (part === undefined) return notFound(number)
  const revisions = await db.rows<{ id: string; number: string; created_at: number }>(sql`
    SELECT id, number, created_at FROM revisions WHERE part_id = ${part.id} AND held IS NOT NULL ORDER BY pk`)
  return {
    id: part.id,
    number: part.number,
    name: part.name,
    created_at: formatTime(part.created_at),
    ...creatorsOf(part),
    revisions: revisions.map((revision) => ({ ...revision, created_at: formatTime(revision.created_at) })),
  }
}

/** A part is of use only with a revision: the first one comes with it. */
export function createPart(desk: Desk, wanted: PartCreate): { id: string } | Refusal {
  const { number, name = PART_NAME_DEFAULT, revision_number = FIRST_REVISION } = wanted
  const id = desk.newId()
  return (
    desk.accept({ type: 'part.create', id, number, name }) ??
    desk.accept({ type: 'revision.create', id: desk.newId(), part_id: id, number: revision_number }) ?? { id }
  )
}

export function updatePart(
  desk: Desk,
  number: string,
  { new_number, name }: PartUpdate,
): PartUpdated | Refusal {
  const id = partId(desk.rows, number)
  if (id === undefined) return notFound(number)
  const refusal = desk.accept({ type: 'part.update', id, number: new_number, name })
  if (refusal) return refusal
  const part = desk.rows.get('part', id)!
  return {
    id,
    number: part.name,
    name: part.fields['name'] as string,
    updated_at: formatTime(desk.wall_ms),
  }
}

/** The part goes with its revisions; while a unit is of one of them, all stay. */
export function deletePart(desk: Desk, number: string): PartDeleted | Refusal {
  const id = partId(desk.rows, number)
  if (id === undefined) return notFound(number)
  const revisions = [...desk.rows.members('revision', 'part_id', id)].sort(
    (a, b) => (a.marks['created']?.seq ?? 0) - (b.marks['created']?.seq ?? 0),
  )
  return (
    desk.accept({ type: 'part.delete', id }) ?? {
      id,
      deletedRevisionIds: revisions.map((revision) => revision.id),
    }
  )
}

/** Id of the part with this number, in any case. */
export const partId = (rows: State, number: string) => rows.holder('part', '', fold(number))?.id
