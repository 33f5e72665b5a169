import type { Person } from '../../model/sync/envelope.ts'
import type { Page } from '../../model/sync/protocol.ts'
import { meetPeople } from '../store/births.ts'
import { keepConflicts } from '../store/conflicts.ts'
import type { WritableDb } from '../store/database.ts'

/** What a page brings besides rows, in the transaction of its rows: the people who made them, and what was not done as asked. */
export function takeIn(db: WritableDb, page: Page, people: readonly Person[], now: number): void {
  meetPeople(db, people, now)
  keepConflicts(db, page.commits, now)
}
