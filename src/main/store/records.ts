import type { Actor } from '../../model/actor.ts'
import { isRefusal, type Refusal } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import type { Operation } from '../../model/operation.ts'
import { PART_NAME_DEFAULT } from '../../model/part.ts'
import type { CheckedRecord } from '../../model/record.ts'
import { accept, type Author } from './accept.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { sql } from './sql.ts'

/** What became of a slice of records. */
export interface Brought {
  /** How many were looked at, from the first on; the rest is for the next slice. */
  done: number
  batches: number
  units: number
  parts: number
  revisions: number
  units_there: number
  /** Rows whose maker this station does not know: they count as made by the author. */
  makers_unknown: number
  /** Index in the slice, and why this record was left out although its file is sound. */
  readonly bad: { readonly index: number; readonly reason: string }[]
  /** Units that are here already but stand elsewhere than the file says: left as they are. */
  readonly differing: { readonly index: number; readonly reason: string }[]
}

/**
 * Brings records in through the same door as the API: every row by an operation, judged and journaled. What is here
 * already stays as it is, so bringing the same records again changes nothing. Parents come before their children.
 * @param enough asked after each record; the slice ends when it says true
 */
export function bringRecords(
  db: WritableDb,
  author: Author,
  records: readonly CheckedRecord[],
  enough: () => boolean,
): Brought {
  const brought: Brought = {
    done: 0,
    batches: 0,
    units: 0,
    parts: 0,
    revisions: 0,
    units_there: 0,
    makers_unknown: 0,
    bad: [],
    differing: [],
  }
  for (const record of records) {
    const refusal = bringRecord(db, author, record, brought)
    if (refusal) brought.bad.push({ index: brought.done, reason: refusal.message })
    brought.done += 1
    if (enough()) break
  }
  return brought
}

/** The parent is looked for before anything is written: the one thing that can have gone since the file was checked. */
function bringRecord(
  db: WritableDb,
  author: Author,
  record: CheckedRecord,
  brought: Brought,
): Refusal | undefined {
  const { serial_number, parent_serial_number } = record
  const parent_id = parent_serial_number ? idOf(db, 'unit', parent_serial_number) : null
  if (parent_id === undefined && serial_number && !idOf(db, 'unit', serial_number))
    return {
      kind: 'refusal',
      code: 'NOT_FOUND',
      message: `the parent ${parent_serial_number} is not here any more`,
    }

  const batch_id = record.batch_number ? bringBatch(db, author, record.batch_number, record, brought) : null
  if (isRefusal(batch_id)) return batch_id
  if (!serial_number) return undefined
  if (idOf(db, 'unit', serial_number)) {
    brought.units_there += 1
    const reason = difference(db, serial_number, record)
    if (reason) brought.differing.push({ index: brought.done, reason })
    return undefined
  }
  const revision_id = bringRevision(db, author, record, brought)
  if (isRefusal(revision_id)) return revision_id
  const id = author.newId()
  const { sample, metadata, created_at, created_by } = record
  const refusal = make(
    db,
    author,
    {
      type: 'unit.create',
      id,
      serial_number,
      revision_id,
      batch_id,
      sample: sample ?? null,
      metadata: metadata ?? {},
    },
    created_at,
    created_by,
    brought,
  )
  if (refusal) return refusal
  brought.units += 1
  return parent_id ? accept(db, author, { type: 'unit.add_child', id: parent_id, child_id: id }) : undefined
}

function bringBatch(
  db: WritableDb,
  author: Author,
  number: string,
  { batch_created_at, batch_created_by }: CheckedRecord,
  brought: Brought,
): string | Refusal {
  const there = idOf(db, 'batch', number)
  if (there) return there
  const id = author.newId()
  const refusal = make(
    db,
    author,
    { type: 'batch.create', id, number },
    batch_created_at,
    batch_created_by,
    brought,
  )
  if (refusal) return refusal
  brought.batches += 1
  return id
}

function bringRevision(
  db: WritableDb,
  author: Author,
  { part_number, part_name, revision_number }: CheckedRecord,
  brought: Brought,
): string | Refusal {
  let part_id = idOf(db, 'part', part_number!)
  if (part_id === undefined) {
    part_id = author.newId()
    const name = part_name ?? PART_NAME_DEFAULT
    const refusal = accept(db, author, { type: 'part.create', id: part_id, number: part_number!, name })
    if (refusal) return refusal
    brought.parts += 1
  }
  const there = db.one<{ id: string }>(sql`
    SELECT revisions.id FROM revisions JOIN parts ON parts.pk = revisions.part_pk
    WHERE parts.id = ${part_id} AND revisions.key = ${fold(revision_number!)}`)
  if (there) return there.id
  const id = author.newId()
  const refusal = accept(db, author, { type: 'revision.create', id, part_id, number: revision_number! })
  if (refusal) return refusal
  brought.revisions += 1
  return id
}

/** Accepts a creation in the name of its maker, where this station knows him. */
function make(
  db: WritableDb,
  author: Author,
  operation: Operation,
  created_at: number | null | undefined,
  maker: Actor | null | undefined,
  brought: Brought,
): Refusal | undefined {
  const known = maker && isKnown(db, maker)
  if (maker && !known) brought.makers_unknown += 1
  return accept(db, known ? { ...author, actor: maker } : author, operation, created_at ?? undefined)
}

function isKnown(db: ReadableDb, { kind, id }: Actor): boolean {
  const found =
    kind === 'user' ? sql`SELECT 1 FROM users WHERE id = ${id}` : sql`SELECT 1 FROM stations WHERE id = ${id}`
  return db.one(found) !== undefined
}

function idOf(db: ReadableDb, noun: 'batch' | 'unit' | 'part', name: string): string | undefined {
  const key = fold(name)
  const query =
    noun === 'batch'
      ? sql`SELECT id FROM batches WHERE key = ${key}`
      : noun === 'unit'
        ? sql`SELECT id FROM units WHERE key = ${key}`
        : sql`SELECT id FROM parts WHERE key = ${key}`
  return db.one<{ id: string }>(query)?.id
}

/** Where the unit stands, if the file says something else. */
function difference(db: ReadableDb, serial_number: string, record: CheckedRecord): string | undefined {
  const unit = db.one<{ batch: string | null; part: string; revision: string }>(sql`
    SELECT batches.number AS batch, parts.number AS part, revisions.number AS revision
    FROM units JOIN revisions ON revisions.pk = units.revision_pk JOIN parts ON parts.pk = revisions.part_pk
      LEFT JOIN batches ON batches.pk = units.batch_pk
    WHERE units.key = ${fold(serial_number)}`)!
  const differs = (here: string | null, file: string | null | undefined) =>
    fold(here ?? '') !== fold(file ?? '')
  if (differs(unit.batch, record.batch_number))
    return `unit ${serial_number} is here already, ${unit.batch ? `in batch ${unit.batch}` : 'without a batch'}`
  if (differs(unit.part, record.part_number) || differs(unit.revision, record.revision_number))
    return `unit ${serial_number} is here already, as part ${unit.part} revision ${unit.revision}`
  return undefined
}
