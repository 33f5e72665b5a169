import type { Route } from '../../http/routes.ts'
import { stationEndpoints } from '../../model/station.ts'
import { createStation, getStation, listStations, removeStation, updateStation } from '../store/stations.ts'
import { type Api, read, write } from './route.ts'

export const stationRoutes = (api: Api): Route[] => {
  const now = () => api.store.readClock().wall_ms
  return [
    read(api, stationEndpoints.list, ({ db }, { query }) => listStations(db, query)),
    write(api, stationEndpoints.create, (db, author, { body }) => createStation(db, author, body)),
    read(api, stationEndpoints.current, ({ db }, { caller }) =>
      getStation(db, caller.actor, caller.actor.id, now()),
    ),
    read(api, stationEndpoints.get, ({ db }, { params, caller }) =>
      getStation(db, caller.actor, params.id, now()),
    ),
    write(api, stationEndpoints.update, (db, author, { params, body }) => {
      // Its name stands in the answers of everything it made.
      api.store.people.forget()
      return updateStation(db, author, params.id, body)
    }),
    write(api, stationEndpoints.remove, (db, author, { params }) => removeStation(db, author, params.id)),
  ]
}
