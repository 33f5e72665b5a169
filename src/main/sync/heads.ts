import { version } from '../../host/version.ts'
import type { Person, StationHead } from '../../model/sync/envelope.ts'
import type { Request } from '../../model/sync/protocol.ts'
import { openConflicts } from '../store/conflicts.ts'
import { pendingWork } from '../store/desk.ts'
import { sql } from '../store/sql.ts'
import type { Store } from '../store/store.ts'

/** What headquarters is told of this station with each request. */
export function headOf(store: Store, request: Request, disk_free_bytes: number | null): StationHead {
  const { pending, oldest_ms } = pendingWork(store.db)
  const conflicts = openConflicts(store.db)
  return {
    version,
    clock: store.readClock(),
    queue: { pending, oldest_ms, conflicts },
    disk_free_bytes,
    people: request.kind === 'push' ? authorsOf(store, request) : [],
  }
}

function authorsOf({ db }: Store, { ops }: Request & { kind: 'push' }): Person[] {
  const ids = new Set(ops.flatMap(({ actor }) => (actor.kind === 'user' ? [actor.id] : [])))
  return [...ids].flatMap(
    (id) => db.one<Person>(sql`SELECT id, email, name FROM users WHERE id = ${id}`) ?? [],
  )
}
