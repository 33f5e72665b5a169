import type { HeadquartersHead } from '../../model/sync/envelope.ts'
import type { Page } from '../../model/sync/protocol.ts'
import type { Effect, Event, Meta } from '../../model/sync/station.ts'
import { ageArchive, hasArchivedUpTo } from '../store/archive.ts'
import { meetPeople } from '../store/births.ts'
import type { WritableDb } from '../store/database.ts'
import { emptyStage } from '../store/stage.ts'
import type { Store } from '../store/store.ts'
import { type Pace, slicesOf, stagedSlicesOf, standstill } from './slices.ts'

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

/** Ids are given up that whatever waits may name, and what is written meanwhile too. */
export const isCollision = (event: Event) => event.kind === 'answer' && event.answer.kind === 'collision'

/** How far a page of the feed asks the archive, for what a verified backup holds; null for what asks for all of it. */
export const safeSeqOf = (event: Event, meta: Meta | undefined) =>
  event.kind === 'answer' && event.answer.kind === 'page' && meta?.stage === null
    ? event.answer.safe_seq
    : null

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
  const parts = stage === null ? slicesOf(page, pace.rows) : stagedSlicesOf(page, pace.rows)
  for (const part of parts) {
    const started = performance.now()
    await slice(part, part.to !== page.to || (part.more && !page.more), people)
    pace.took(part.commits.length, performance.now() - started)
    people = []
  }
  // A million rows of it would keep whoever writes next waiting; should the process end before, the next stage begins with that.
  if (stage !== null && store.synced.meta(store.db)!.stage === null) await store.commits.tidy(emptyStage)
}

/** What comes beside a page, in the transaction of its rows: the people who made them, and what headquarters' clock says. */
function takeIn(db: WritableDb, said: Said, now: number): void {
  meetPeople(db, said.people, now)
  ageArchive(db, said.wall_ms, now)
}
