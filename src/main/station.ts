import { randomBytes } from 'node:crypto'
import { hostname, networkInterfaces } from 'node:os'

import type { App } from '../http/app.ts'
import type { Caller } from '../http/routes.ts'
import { type Listening, listen } from '../http/server.ts'
import { createAdmin, withAdmin } from './admin.ts'
import { createStationApp } from './api/app.ts'
import { type Changes, createChanges } from './api/station-changes.ts'
import type { Config } from './config.ts'
import { type DataFolder, holdDataFolder } from './data-folder.ts'
import { addressProblem, fromHere } from '../host/address.ts'
import { inUseProblem, removeFile, writePrivateFile } from '../host/folder.ts'
import { type Log, openLog } from '../host/log.ts'
import { databaseProblem } from './database-problem.ts'
import { type OpenStore, openStore } from './open-store.ts'
import { isProblem, type Problem } from '../host/problem.ts'
import type { Server } from '../host/serve.ts'
import type { Settings } from './settings.ts'
import { firstUserId } from './store/identity.ts'
import { connect } from './connect.ts'
import type { Headquarters } from './sync/headquarters.ts'
import { version } from '../host/version.ts'

export interface Station extends Server {
  /** The same API for the window: who stands at the screen acts as the station's first user, without a key. */
  readonly window: App
}

/** A slice of an import keeps the event loop no longer than this. */
const SLICE_MS = 4

/** Folder → log → database → API. Whatever fails undoes what came before it: there is no half start. */
export async function startStation(config: Config): Promise<Station | Problem> {
  const { settings } = config
  const folder = holdDataFolder(settings.data_dir)
  if (isProblem(folder)) return folder
  if (folder.kind === 'in_use') return inUseProblem(settings.data_dir, folder)
  const opened = await openStore(folder, settings.name)
  if (isProblem(opened)) {
    folder.release()
    return opened
  }
  const log = openLog(settings.log_level, folder.logs, 'station.log')
  const changes = createChanges(opened.store.commits)
  const headquarters = await connect(opened, folder, settings, log)
  const closeStore = async () => {
    await headquarters.stop()
    opened.close()
    await log.close()
    folder.release()
  }
  const served = await serve(opened, { folder, changes, log, settings, headquarters })
  if (isProblem(served)) {
    await closeStore()
    return served
  }
  const { app, server } = served
  sayWhatIsOdd(log, config, opened, folder)
  const operator: Caller = { key_id: 'window', actor: { kind: 'user', id: firstUserId(opened.store.db) } }
  log.info({ url: server.url, data_dir: folder.data_dir, version, pid: process.pid }, 'the station is ready')
  return {
    url: server.url,
    data_dir: folder.data_dir,
    version,
    window: (request) => app(request, operator),
    log,
    async stop() {
      log.info({}, 'the station stops')
      changes.end()
      await server.close()
      removeFile(folder.server)
      await closeStore()
    },
  }
}

interface Serving {
  readonly folder: DataFolder
  readonly changes: Changes
  readonly log: Log
  readonly settings: Settings
  readonly headquarters: Headquarters
}

/** App → sockets → `server.json`: from then on scripts and the command line find the station. */
async function serve(
  opened: OpenStore,
  { folder, changes, log, settings, headquarters }: Serving,
): Promise<{ app: App; server: Listening } | Problem> {
  let app: App
  try {
    app = await createStationApp({
      store: opened.store,
      changes,
      line: headquarters,
      onDefect: (error, { method, target }) =>
        log.error({ error: error instanceof Error ? error.stack : String(error), method, target }, 'defect'),
    })
  } catch (error) {
    return databaseProblem(folder, error)
  }
  const token = randomBytes(32).toString('hex')
  const server = await openDoor(withAdmin(app, createAdmin(opened, headquarters, SLICE_MS), token), settings)
  if (isProblem(server)) return server
  const failed = announce(folder, server, token)
  if (failed) await server.close()
  return failed ?? { app, server }
}

async function openDoor(app: App, { host, port }: Settings): Promise<Listening | Problem> {
  try {
    const server = await listen({ host, port, app, hosts: ownNames(host) })
    return { ...server, url: fromHere(server.url) }
  } catch (error) {
    const why = addressProblem(error, host, port)
    if (why) return why
    throw error
  }
}

/** What clients may call this machine when it listens beyond loopback; any other name is a page's trick (DNS rebinding). */
function ownNames(host: string): string[] {
  if (host === 'localhost') return []
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  const names = addresses.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address))
  return [host, hostname(), ...names]
}

/** `server.json` tells the command line where the running server is. */
function announce(folder: DataFolder, { url }: Listening, token: string): Problem | undefined {
  try {
    writePrivateFile(folder.server, { url, pid: process.pid, version, token })
    return undefined
  } catch (error) {
    return databaseProblem(folder, error)
  }
}

function sayWhatIsOdd(
  log: Log,
  { settings, origin, warnings }: Config,
  opened: OpenStore,
  folder: DataFolder,
): void {
  const { first_start, identity } = opened
  for (const warning of warnings) log.warn({}, warning)
  if (first_start)
    log.info({ file: folder.keys }, `first start: the keys of this station are in ${folder.keys}`)
  if (origin.name !== 'default' && identity.station_name !== settings.name)
    log.warn(
      { name: identity.station_name },
      'the station has its name already: the setting is used at its first start only',
    )
}
