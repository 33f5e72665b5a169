import type { Route } from '../../http/routes.ts'
import { fleetConflictEndpoints, fleetEndpoint } from '../../model/fleet.ts'
import { formatTime } from '../../model/time.ts'
import { decideConflict, listConflicts } from '../store/conflicts.ts'
import { readFleet } from '../store/fleet.ts'
import { type Api, read, write } from './route.ts'

/** What headquarters knows of its stations, and what a person there must decide. */
export const fleetRoutes = (api: Api): Route[] => [
  read(api, fleetEndpoint, () => readFleet(api.db, api.outside.readClock().wall_ms)),
  read(api, fleetConflictEndpoints.list, async () => {
    const data = await listConflicts(api.db, api.sequencer)
    return { data: data.map(({ at, ...conflict }) => ({ ...conflict, at: formatTime(at) })) }
  }),
  write(api, fleetConflictEndpoints.decide, (desk, { params, body }) =>
    decideConflict(desk, params.id, body.answer),
  ),
]
