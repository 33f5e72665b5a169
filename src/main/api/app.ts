import { type App, createApp } from '../../http/app.ts'
import type { Route } from '../../http/routes.ts'
import type { WireRequest } from '../../http/wire.ts'
import { assets } from '../assets.ts'
import type { StationRuns } from '../store/links.ts'
import type { Store } from '../store/store.ts'
import { createAnswers } from './answers.ts'
import { attachmentRoutes } from './attachments.ts'
import { createAuthenticator } from './authenticate.ts'
import { batchRoutes } from './batches.ts'
import { createDownloads, type Files } from './files.ts'
import { openPages } from './open.ts'
import { operatorPage } from './page.ts'
import { partRoutes } from './parts.ts'
import { procedureRoutes } from './procedures.ts'
import { createRetries } from './retries.ts'
import { revisionRoutes } from './revisions.ts'
import { type Api, damageRefusal } from './route.ts'
import { runRoutes } from './runs.ts'
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
  /** Where attachments' bytes come in and go out. */
  readonly files: Files
  /** What pages wait on; whoever stops the station ends it first. */
  readonly changes?: Changes
  /** The way to headquarters; without it the station has none and never will. */
  readonly line?: Line
  /** Of which procedures station keys may report runs; those their station is linked to, if nothing is said. */
  readonly station_runs?: StationRuns
  /** Further operations outside the contract, under `/station/…`. */
  readonly own?: readonly Route[]
  readonly onDefect: (error: unknown, request: WireRequest) => void
}

/** Everything the station answers, whatever carries the request. */
export async function createStationApp({
  store,
  files,
  changes = createChanges(store.commits),
  line = alone(store.db),
  station_runs = 'linked',
  own = [],
  onDefect,
}: StationAppParts): Promise<App> {
  const now = () => store.readClock().wall_ms
  const answers = createAnswers(() => store.commits.version, now)
  const retries = await store.commits.write((db) => createRetries(db, now))
  const api: Api = { store, answers, retries, files, station_runs }
  const contract = [
    ...batchRoutes(api),
    ...partRoutes(api),
    ...revisionRoutes(api),
    ...unitRoutes(api),
    ...attachmentRoutes(api),
    ...procedureRoutes(api),
    ...runRoutes(api),
    ...stationRoutes(api),
    ...userRoutes(api),
  ]
  const pages = openPages(contract)
  const downloads = createDownloads(store, files)
  const page = operatorPage(assets.page)
  const app = createApp({
    contract,
    own: [
      ...deskRoutes(api, changes),
      ...syncRoutes(api, () => line.state()),
      ...headquartersRoutes(api, line),
      ...own,
    ],
    open: (request, target) => downloads(request, target) ?? pages(request, target) ?? page(request, target),
    authenticate: createAuthenticator(store.db, () => store.commits.version),
    remembered: (request, caller) => answers.find(request, caller),
    explain: damageRefusal,
    onDefect,
  })
  return withSession(app, store.db)
}
