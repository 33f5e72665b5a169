import type { Actor } from '../../model/actor.ts'
import { isRefusal, type Refusal, refuse } from '../../model/error.ts'
import { fold } from '../../model/identifier.ts'
import type { Operation } from '../../model/operation.ts'
import { PART_NAME_DEFAULT } from '../../model/part.ts'
import type { CheckedRecord } from '../../model/record.ts'
import { accept, type Author } from './accept.ts'
import type { ReadableDb, WritableDb } from './database.ts'
import { createRecall } from './recall.ts'
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

/** One slice at work. Nothing else writes in between, so what was met once needs no second look. */
interface Slice {
  readonly db: WritableDb
  readonly author: Author
  readonly brought: Brought
  /** Ids by folded number; revisions by those of part and revision. */
  readonly batches: Map<string, string>
  readonly revisions: Map<string, string>
  /** Which makers are known here. */
  readonly makers: Map<string, boolean>
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
  const known = { batches: new Map(), revisions: new Map(), makers: new Map() }
  const recall = createRecall()
  for (const record of records) {
    // Each record is a transaction of its own for headquarters too: operations that share an id are never separated.
    const slice = { db, author: { ...author, recall, txn_id: author.newId() }, brought, ...known }
    const refusal = bringRecord(slice, record)
    if (refusal) brought.bad.push({ index: brought.done, reason: refusal.message })
    brought.done += 1
    if (enough()) break
  }
  return brought
}

/** The parent is looked for before anything is written: the one thing that can have gone since the file was checked. */
function bringRecord(slice: Slice, record: CheckedRecord): Refusal | undefined {
  const { db, author, brought } = slice
  const { serial_number, parent_serial_number } = record
  const is_here = serial_number ? idOf(db, 'unit', serial_number) !== undefined : false
  const parent_id = parent_serial_number ? idOf(db, 'unit', parent_serial_number) : null
  if (parent_id === undefined && !is_here)
    return refuse('NOT_FOUND', `the parent ${parent_serial_number} is not here any more`)

  const batch_id = record.batch_number ? bringBatch(slice, record.batch_number, record) : null
  if (isRefusal(batch_id)) return batch_id
  if (!serial_number) return undefined
  if (is_here) {
    brought.units_there += 1
    const reason = difference(db, serial_number, record)
    if (reason) brought.differing.push({ index: brought.done, reason })
    return undefined
  }
  const revision_id = bringRevision(slice, record)
  if (isRefusal(revision_id)) return revision_id
  const id = author.newId()
  const { sample = null, metadata, created_at, created_by } = record
  const unit = { id, serial_number, revision_id, batch_id, sample, metadata: metadata ?? {} }
  const refusal = make(slice, { type: 'unit.create', ...unit }, created_at, created_by)
  if (refusal) return refusal
  brought.units += 1
  return parent_id ? accept(db, author, { type: 'unit.add_child', id: parent_id, child_id: id }) : undefined
}

function bringBatch(
  slice: Slice,
  number: string,
  { batch_created_at, batch_created_by }: CheckedRecord,
): string | Refusal {
  const { db, author, brought, batches } = slice
  const key = fold(number)
  const there = batches.get(key) ?? idOf(db, 'batch', number)
  const id = there ?? author.newId()
  if (there === undefined) {
    const refusal = make(slice, { type: 'batch.create', id, number }, batch_created_at, batch_created_by)
    if (refusal) return refusal
    brought.batches += 1
  }
  batches.set(key, id)
  return id
}

function bringRevision(
  slice: Slice,
  { part_number, part_name, revision_number }: CheckedRecord,
): string | Refusal {
  const { db, author, brought, revisions } = slice
  const key = fold(`${part_number} ${revision_number}`)
  const known = revisions.get(key)
  if (known !== undefined) return known
  let part_id = idOf(db, 'part', part_number!)
  if (part_id === undefined) {
    part_id = author.newId()
    const name = part_name ?? PART_NAME_DEFAULT
    const refusal = accept(db, author, { type: 'part.create', id: part_id, number: part_number!, name })
    if (refusal) return refusal
    brought.parts += 1
  }
  const there = db.one<{ id: string }>(sql`
    SELECT id FROM revisions WHERE part_pk = (SELECT pk FROM parts WHERE id = ${part_id}) AND key = ${fold(revision_number!)}`)
  const id = there?.id ?? author.newId()
  if (there === undefined) {
    const refusal = accept(db, author, { type: 'revision.create', id, part_id, number: revision_number! })
    if (refusal) return refusal
    brought.revisions += 1
  }
  revisions.set(key, id)
  return id
}

/** Accepts a creation in the name of its maker, where this station knows him. */
function make(
  { db, author, brought, makers }: Slice,
  operation: Operation,
  created_at: number | null | undefined,
  maker: Actor | null | undefined,
): Refusal | undefined {
  if (!maker) return accept(db, author, operation, created_at ?? undefined)
  let known = makers.get(maker.id)
  if (known === undefined) makers.set(maker.id, (known = isKnown(db, maker)))
  if (!known) brought.makers_unknown += 1
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
