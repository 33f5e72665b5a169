import { type App, createApp } from '../../http/app.ts'
import type { Route } from '../../http/routes.ts'
import type { WireRequest } from '../../http/wire.ts'
import { assets } from '../assets.ts'
import type { Store } from '../store/store.ts'
import { createAnswers } from './answers.ts'
import { createAuthenticator } from './authenticate.ts'
import { batchRoutes } from './batches.ts'
import { openPages } from './open.ts'
import { operatorPage } from './page.ts'
import { partRoutes } from './parts.ts'
import { createRetries } from './retries.ts'
import { revisionRoutes } from './revisions.ts'
import type { Api } from './route.ts'
import { type Changes, createChanges } from './station-changes.ts'
import { deskRoutes } from './station-desk.ts'
import { type Line, alone, headquartersRoutes } from './station-headquarters.ts'
import { withSession } from './station-session.ts'
import { syncRoutes } from './station-sync.ts'
import { stationRoutes } from './stations.ts'
import { unitRoutes } from './units.ts'
import { userRoutes } from './users.ts'

export interface StationAppParts {
  readonly store: Store
  /** What pages wait on; whoever stops the station ends it first. */
  readonly changes?: Changes
  /** The way to headquarters; without it the station has none and never will. */
  readonly line?: Line
  /** Further operations outside the contract, under `/station/…`. */
  readonly own?: readonly Route[]
  readonly onDefect: (error: unknown, request: WireRequest) => void
}

/** Everything the station answers, whatever carries the request. */
export async function createStationApp({
  store,
  changes = createChanges(store.commits),
  line = alone(store.db),
  own = [],
  onDefect,
}: StationAppParts): Promise<App> {
  const answers = createAnswers(() => store.commits.version)
  const retries = await store.commits.write((db) => createRetries(db, () => store.readClock().wall_ms))
  const api: Api = { store, answers, retries }
  const contract = [
    ...batchRoutes(api),
    ...partRoutes(api),
    ...revisionRoutes(api),
    ...unitRoutes(api),
    ...stationRoutes(api),
    ...userRoutes(api),
  ]
  const pages = openPages(contract)
  const page = operatorPage(assets.page)
  const app = createApp({
    contract,
    own: [
      ...deskRoutes(api, changes),
      ...syncRoutes(api, () => line.state()),
      ...headquartersRoutes(api, line),
      ...own,
    ],
    open: (request, target) => pages(request, target) ?? page(request, target),
    authenticate: createAuthenticator(store.db, () => store.commits.version),
    remembered: (request, caller) => answers.find(request, caller),
    onDefect,
  })
  return withSession(app, store.db)
}
