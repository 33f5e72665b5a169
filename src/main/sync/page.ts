import type { HeadquartersHead } from '../../model/sync/envelope.ts'
import type { Page } from '../../model/sync/protocol.ts'
import type { Effect, Event } from '../../model/sync/station.ts'
import { ageArchive, hasArchivedUpTo, readArchiveUpTo } from '../store/archive.ts'
import { meetPeople } from '../store/births.ts'
import type { ReadableDb, WritableDb } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { Synced } from '../store/synced.ts'
import { type Pace, slicesOf, standstill } from './slices.ts'

/** What came beside a page. */
export type Said = Pick<HeadquartersHead, 'people' | 'wall_ms'>

interface Hands {
  readonly store: Store
  readonly pace: Pace
  readonly said: Said
  /** The page answers a question that is still open: a late one says nothing. */
  readonly asked: boolean
  /** Does what the engine says to an event, in one transaction with `also`. */
  readonly act: (event: Event, more: boolean, also: (db: WritableDb) => void) => Promise<void>
}

/** Changes that headquarters has: should a power cut take them back, they are asked for again. */
export const brings = (event: Event) =>
  event.kind === 'answer' && event.answer.kind === 'page' && event.answer.commits.length > 0

export const isPush = (effect: Effect) => effect.kind === 'send' && effect.request.kind === 'push'

/** A page of the feed asks the archive only for what a verified backup holds; all of it may be long. */
export function archiveFor(db: ReadableDb, synced: Synced, event: Event) {
  if (event.kind !== 'answer' || event.answer.kind !== 'page' || synced.meta(db)!.stage !== null) return
  const { safe_seq } = event.answer
  return () => readArchiveUpTo(db, safe_seq)
}

/** Lays a page on the base in slices; between two of them whoever waits at the API comes first. */
export async function layPage(
  { store, pace, said, asked, act }: Hands,
  event: Event & { kind: 'answer' },
  page: Page,
): Promise<void> {
  const slice = async (part: Page, more: boolean, people: Said['people']) => {
    await act({ ...event, answer: part }, more, (db) => {
      if (asked) takeIn(db, { people, wall_ms: said.wall_ms }, store.readClock().wall_ms)
    })
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { cursor, stage } = store.synced.meta(store.db)!
  while (asked && stage === null && hasArchivedUpTo(store.db, page.safe_seq))
    await slice(standstill(page, cursor), true, [])
  let { people } = said
  for (const part of slicesOf(page, pace.rows)) {
    const started = performance.now()
    await slice(part, part.to !== page.to, people)
    pace.took(part.commits.length, performance.now() - started)
    people = []
  }
}

/** What comes beside a page, in the transaction of its rows: the people who made them, and what headquarters' clock says. */
function takeIn(db: WritableDb, said: Said, now: number): void {
  meetPeople(db, said.people, now)
  ageArchive(db, said.wall_ms, now)
}
