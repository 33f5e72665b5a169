import { type Route, route } from '../../http/routes.ts'
import { ok } from '../../http/wire.ts'
import { deskEndpoints } from '../../model/desk.ts'
import { formatTime } from '../../model/time.ts'
import { countBetween, countRows, readDeskSettings, userName, writeDeskSettings } from '../store/desk.ts'
import { readIdentity } from '../store/identity.ts'
import { getYield } from '../store/yield.ts'
import { version } from '../../host/version.ts'
import { type Api, read } from './route.ts'
import type { Changes } from './station-changes.ts'
import { keyRoutes } from './station-keys.ts'

/** What the operator's page asks beyond the contract, under `/station/…`. */
export const deskRoutes = (api: Api, changes: Changes): Route[] => [
  read(api, deskEndpoints.identity, ({ db }, { caller: { actor } }) => {
    const { station_id, station_name } = readIdentity(db)!
    const name = actor.kind === 'user' ? userName(db, actor.id) : station_name
    return { station: { id: station_id, name: station_name }, caller: { ...actor, name }, version }
  }),
  read(api, deskEndpoints.settings, ({ db }) => readDeskSettings(db)),
  route(deskEndpoints.changeSettings, async ({ body }) => {
    await api.store.commits.write((db) => writeDeskSettings(db, body))
    return ok(JSON.stringify(body))
  }),
  route(deskEndpoints.changes, async ({ query, request }) =>
    ok(JSON.stringify({ version: await changes.wait(query.since, request) })),
  ),
  read(api, deskEndpoints.totals, ({ db }) => countRows(db)),
  read(api, deskEndpoints.days, ({ db }, { query }) => ({
    data: countBetween(db, query.bounds).map((day) => ({ ...day, from: formatTime(day.from) })),
  })),
  read(api, deskEndpoints.yield, ({ db }, { params, query }) => getYield(db, params.number, query.time_zone)),
  ...keyRoutes(api),
]
