import type { BatchListQuery } from '../../model/batch.ts'
import type { ReadableDb } from './database.ts'
import type { Order } from './walks.ts'
import { type Waiting, readWaiting } from './search.ts'
import { sql } from './sql.ts'

/** The last row of a page: where the next one begins. */
export interface Mark {
  readonly created_at: number
  readonly batch_pk: number
  readonly key: string
}

/** Which rows of a list: `want` of them, after stepping over `skip`, counted from `after` or from the beginning. */
export interface Asked {
  readonly order: Order
  readonly skip: number
  readonly want: number
  readonly after: Mark | undefined
}

/**
 * What lists remember between two commits: the search's waiting rows, and where the pages already served ended, so that
 * whoever pages on does not step over everything again. All of it is dropped when `version` moves.
 */
export interface ListMemory {
  readonly waiting: () => Waiting
  /** The last row of the furthest known page that does not reach beyond `cursor`, and how many rows it ends. */
  markBefore(list: string, cursor: number): { readonly mark: Mark; readonly at: number } | undefined
  keepMark(list: string, at: number, batch_pk: number): void
}

/** Marks kept over all lists; one takes some 100 bytes. */
const MARKS_MAX = 10_000

const memories = new WeakMap<ReadableDb, { version: number; memory: ListMemory }>()

/** The memory of one connection, empty when something was committed since. */
export function memoryOf(db: ReadableDb, version: number): ListMemory {
  const known = memories.get(db)
  if (known?.version === version) return known.memory
  const memory = createMemory(db)
  memories.set(db, { version, memory })
  return memory
}

function createMemory(db: ReadableDb): ListMemory {
  let waiting: Waiting | undefined
  const lists = new Map<string, Map<number, number>>()
  let size = 0
  return {
    waiting: () => (waiting ??= readWaiting(db)),
    markBefore(list, cursor) {
      const marks = lists.get(list)
      if (marks === undefined || cursor === 0) return undefined
      let at = marks.has(cursor) ? cursor : 0
      if (at === 0) for (const known of marks.keys()) if (known < cursor && known > at) at = known
      return at === 0 ? undefined : { mark: markOf(db, marks.get(at)!), at }
    },
    keepMark(list, at, batch_pk) {
      if (size >= MARKS_MAX) {
        lists.clear()
        size = 0
      }
      let marks = lists.get(list)
      if (marks === undefined) lists.set(list, (marks = new Map<number, number>()))
      if (!marks.has(at)) size += 1
      marks.set(at, batch_pk)
    },
  }
}

function markOf(db: ReadableDb, batch_pk: number): Mark {
  return db.one<Mark>(sql`SELECT created_at, pk AS batch_pk, key FROM batches WHERE pk = ${batch_pk}`)!
}

/** What makes two requests pages of one list: everything but the page. */
export function listName({ limit: _limit, cursor: _cursor, ...list }: BatchListQuery): string {
  return JSON.stringify(list)
}
