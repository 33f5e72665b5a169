import { type Author, accept } from '../../src/main/store/accept.ts'
import { listBatches } from '../../src/main/store/batch-list.ts'
import { type Database, openDatabase } from '../../src/main/store/database.ts'
import { migrate } from '../../src/main/store/migrate.ts'
import { createPeople } from '../../src/main/store/people.ts'
import { sql } from '../../src/main/store/sql.ts'
import type { BatchItem, BatchListQuery } from '../../src/model/batch.ts'
import { fold } from '../../src/model/identifier.ts'
import type { Operation } from '../../src/model/operation.ts'
import type { Page } from '../../src/model/page.ts'

interface ShopBatch {
  readonly id: string
  number: string
  readonly created_at: number
  readonly by: Author['actor']
}

interface ShopUnit {
  readonly id: string
  serial_number: string
  revision: Revision
  batch: ShopBatch | undefined
}

interface Revision {
  readonly id: string
  readonly part_number: string
  number: string
}

/** The same rows twice: in a real database, written by the station's own operations, and in plain arrays that are searched naively. */
export interface Shop {
  readonly database: Database
  readonly batches: ShopBatch[]
  readonly units: ShopUnit[]
  readonly revisions: readonly Revision[]
  /** False if the station refused. */
  addBatch(number: string, created_at: number): boolean
  renameBatch(batch: ShopBatch, number: string): boolean
  removeBatch(batch: ShopBatch): void
  renameRevision(revision: Revision, number: string): boolean
  addUnit(serial_number: string, revision: Revision, batch: ShopBatch | undefined): boolean
  renameUnit(unit: ShopUnit, serial_number: string): boolean
  moveUnit(unit: ShopUnit, batch: ShopBatch | undefined): void
  reviseUnit(unit: ShopUnit, revision: Revision): void
  removeUnit(unit: ShopUnit): void
  /** What the store answers. */
  list(query: Partial<BatchListQuery>): Page<BatchItem>
  /** What it should. */
  expect(query: Partial<BatchListQuery>): Page<BatchItem>
  close(): void
}

export const wholeQuery = (query: Partial<BatchListQuery>): BatchListQuery => ({
  limit: 50,
  cursor: 0,
  sort_by: 'created_at',
  sort_order: 'desc',
  ...query,
})

const PARTS = ['PCB', 'pcb-2', 'Case']
const REVISIONS = ['A', 'b', 'C']
const people = {
  user: { id: 'user-1', name: 'Ada "the first" Löv' },
  station: { id: 'station-1', name: 'Line 1' },
}

export function openShop(path = ':memory:'): Shop {
  const database = openDatabase(path)
  migrate(database)
  database.run(sql`INSERT INTO users (id, email, name, created_at)
    VALUES (${people.user.id}, 'ada@example.com', ${people.user.name}, 0)`)
  database.run(
    sql`INSERT INTO stations (id, name, created_at) VALUES (${people.station.id}, ${people.station.name}, 0)`,
  )
  const batches: ShopBatch[] = []
  const units: ShopUnit[] = []
  const byUser = { kind: 'user', id: people.user.id } as const
  const byStation = { kind: 'station', id: people.station.id } as const
  let ids = 0
  let version = 0
  const newId = () => `id-${(ids += 1)}`

  function done(operation: Operation, created_at = 0, actor: Author['actor'] = byUser): boolean {
    version += 1
    const clock = { wall_ms: 0, boot_id: 'boot', uptime_ms: 0 }
    return accept(database, { actor, clock, txn_id: newId(), newId }, operation, created_at) === undefined
  }
  const revisions = PARTS.flatMap((part_number) => {
    const part_id = newId()
    done({ type: 'part.create', id: part_id, number: part_number, name: part_number })
    return REVISIONS.map((number): Revision => {
      const id = newId()
      done({ type: 'revision.create', id, part_id, number })
      return { id, part_number, number }
    })
  })
  const itemOf = (batch: ShopBatch): BatchItem => ({
    id: batch.id,
    number: batch.number,
    created_at: new Date(batch.created_at).toISOString(),
    created_by_user: batch.by.kind === 'user' ? people.user : null,
    created_by_station: batch.by.kind === 'station' ? people.station : null,
    unit_count: units.filter((unit) => unit.batch === batch).length,
  })

  return {
    database,
    batches,
    units,
    revisions,
    addBatch(number, created_at) {
      const by = ids % 2 === 0 ? byUser : byStation
      const id = newId()
      const made = done({ type: 'batch.create', id, number }, created_at, by)
      if (made) batches.push({ id, number, created_at, by })
      return made
    },
    renameBatch(batch, number) {
      const renamed = done({ type: 'batch.rename', id: batch.id, number })
      if (renamed) batch.number = number
      return renamed
    },
    removeBatch(batch) {
      done({ type: 'batch.delete', id: batch.id })
      batches.splice(batches.indexOf(batch), 1)
      for (const unit of units) if (unit.batch === batch) unit.batch = undefined
    },
    renameRevision(revision, number) {
      const renamed = done({ type: 'revision.update', id: revision.id, number })
      if (renamed) revision.number = number
      return renamed
    },
    addUnit(serial_number, revision, batch) {
      const id = newId()
      const made = done({
        type: 'unit.create',
        id,
        serial_number,
        revision_id: revision.id,
        batch_id: batch?.id ?? null,
        sample: null,
        metadata: {},
      })
      if (made) units.push({ id, serial_number, revision, batch })
      return made
    },
    renameUnit(unit, serial_number) {
      const renamed = done({ type: 'unit.update', id: unit.id, serial_number })
      if (renamed) unit.serial_number = serial_number
      return renamed
    },
    moveUnit(unit, batch) {
      done({ type: 'unit.move', id: unit.id, batch_id: batch?.id ?? null })
      unit.batch = batch
    },
    reviseUnit(unit, revision) {
      done({ type: 'unit.update', id: unit.id, revision_id: revision.id })
      unit.revision = revision
    },
    removeUnit(unit) {
      done({ type: 'unit.delete', id: unit.id })
      units.splice(units.indexOf(unit), 1)
    },
    list: (query) =>
      JSON.parse(
        listBatches({ db: database, people: createPeople(database), version }, wholeQuery(query)),
      ) as Page<BatchItem>,
    expect(query) {
      const { limit, cursor } = wholeQuery(query)
      const all = naiveList(batches, units, wholeQuery(query)).map(itemOf)
      const has_more = all.length > cursor + limit
      return {
        data: all.slice(cursor, cursor + limit),
        meta: { has_more, next_cursor: has_more ? cursor + limit : null },
      }
    },
    close: () => database.close(),
  }
}

function naiveList(
  batches: readonly ShopBatch[],
  units: readonly ShopUnit[],
  query: BatchListQuery,
): ShopBatch[] {
  const some = <Item>(items: Item[] | undefined) => (items?.length ? items : undefined)
  const same = (wanted: string[] | undefined, text: string) =>
    some(wanted)?.some((each) => fold(each) === fold(text)) ?? true
  const found = batches.filter((batch) => {
    const own = units.filter((unit) => unit.batch === batch)
    const texts = [batch.number, ...own.map((unit) => unit.serial_number)].map(fold)
    return (
      (some(query.ids)?.includes(batch.id) ?? true) &&
      same(query.numbers, batch.number) &&
      batch.created_at >= (query.created_after ?? -Infinity) &&
      batch.created_at <= (query.created_before ?? Infinity) &&
      (query.search_query === undefined || texts.some((text) => text.includes(fold(query.search_query!)))) &&
      (!(some(query.part_numbers) ?? some(query.revision_numbers)) ||
        own.some(
          ({ revision }) =>
            same(query.part_numbers, revision.part_number) && same(query.revision_numbers, revision.number),
        ))
    )
  })
  const step = query.sort_order === 'asc' ? 1 : -1
  return found.toSorted((a, b) =>
    query.sort_by === 'number'
      ? step * (fold(a.number) < fold(b.number) ? -1 : 1)
      : step * (a.created_at - b.created_at || batches.indexOf(a) - batches.indexOf(b)),
  )
}
