import { type Route, route } from '../../http/routes.ts'
import { ok } from '../../http/wire.ts'
import { type SyncState, deskEndpoints } from '../../model/desk.ts'
import { formatTime } from '../../model/time.ts'
import { decideConflict, listConflicts } from '../store/conflicts.ts'
import { onlyHere, whereaboutsOf } from '../store/whereabouts.ts'
import { type Api, read, write } from './route.ts'

/** What the page shows of headquarters. It moves without commits, so no answer but those of rows is kept. */
export const syncRoutes = (api: Api, sync: () => SyncState): Route[] => [
  read(api, deskEndpoints.onlyHere, ({ db }, { query: { ids = [] } }) => ({ ids: onlyHere(db, ids) })),
  route(deskEndpoints.whereabouts, ({ query: { ids = [] } }) => {
    const { db, synced } = api.store
    const { detail } = sync()
    const data = ids.map((id) => {
      const where = whereaboutsOf(db, synced, id)
      return { id, where, why: where === 'headquarters' ? null : detail }
    })
    return ok(JSON.stringify({ data }))
  }),
  route(deskEndpoints.sync, () => ok(JSON.stringify(sync()))),
  read(api, deskEndpoints.conflicts, ({ db }) => ({
    data: listConflicts(db).map(({ at, ...conflict }) => ({ ...conflict, at: formatTime(at) })),
  })),
  write(api, deskEndpoints.decideConflict, (db, author, { params, body }) =>
    decideConflict(db, author, params.id, body.answer),
  ),
]
