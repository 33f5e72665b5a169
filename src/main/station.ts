import { randomBytes } from 'node:crypto'
import { hostname, networkInterfaces } from 'node:os'

import type { App } from '../http/app.ts'
import type { Caller } from '../http/routes.ts'
import { type Listening, listen, type ServerOptions } from '../http/server.ts'
import { type Uploads, withUploads } from '../http/uploads.ts'
import type { WireRequest } from '../http/wire.ts'
import { createAdmin, withAdmin } from './admin.ts'
import { createStationApp } from './api/app.ts'
import { createUploads, type Files } from './api/files.ts'
import { type Changes, createChanges } from './api/station-changes.ts'
import type { Config } from './config.ts'
import { type DataFolder, holdDataFolder } from './data-folder.ts'
import { addressProblem, fromHere } from '../host/address.ts'
import { inUseProblem, removeFile, writePrivateFile } from '../host/folder.ts'
import { type Log, openLog } from '../host/log.ts'
import { damagedProblem, databaseProblem } from './database-problem.ts'
import { keepSwept, openFiles } from './open-files.ts'
import { type OpenStore, openStore } from './open-store.ts'
import { isProblem, type Problem, wordsOf } from '../host/problem.ts'
import type { Server } from '../host/serve.ts'
import type { Settings } from './settings.ts'
import { isDamage } from './store/database.ts'
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
  const bytes = await openFiles(opened.store, folder, settings).catch((error: unknown) =>
    databaseProblem(folder, error),
  )
  if (isProblem(bytes)) {
    opened.close()
    await log.close()
    folder.release()
    return bytes
  }
  const headquarters = await connect(opened, folder, settings, log, bytes)
  const files = { ...bytes, source: headquarters.source }
  const swept = keepSwept(bytes, (error) =>
    log.warn({ error: wordsOf(error) }, 'attachments could not be swept; it is tried again'),
  )
  const closeStore = async () => {
    await swept.stop()
    await headquarters.stop()
    opened.close()
    await log.close()
    folder.release()
  }
  const served = await serve(opened, { folder, files, changes, log, settings, headquarters })
  if (isProblem(served)) {
    await closeStore()
    return served
  }
  const { app, uploads, server } = served
  sayWhatIsOdd(log, config, opened, folder)
  const operator: Caller = { key_id: 'window', actor: { kind: 'user', id: firstUserId(opened.store.db) } }
  log.info({ url: server.url, data_dir: folder.data_dir, version, pid: process.pid }, 'the station is ready')
  return {
    url: server.url,
    data_dir: folder.data_dir,
    version,
    window: (request) => withUploads(app, uploads)(request, operator),
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
  readonly files: Files
  readonly changes: Changes
  readonly log: Log
  readonly settings: Settings
  readonly headquarters: Headquarters
}

/** App → sockets → `server.json`: from then on scripts and the command line find the station. */
async function serve(
  opened: OpenStore,
  { folder, files, changes, log, settings, headquarters }: Serving,
): Promise<{ app: App; uploads: Uploads; server: Listening } | Problem> {
  const sayDamage = createDamageLine(folder, log)
  const onDefect = (error: unknown, { method, target }: Pick<WireRequest, 'method' | 'target'>) =>
    sayDamage(error) ||
    log.error({ error: error instanceof Error ? error.stack : String(error), method, target }, 'defect')
  let app: App
  try {
    app = await createStationApp({
      store: opened.store,
      files,
      changes,
      line: headquarters,
      station_runs: settings.station_runs,
      onDefect,
    })
  } catch (error) {
    return databaseProblem(folder, error)
  }
  const token = randomBytes(32).toString('hex')
  const uploads = createUploads(opened.store, files, onDefect)
  const admin = createAdmin(opened, headquarters, SLICE_MS)
  const server = await openDoor({ app: withAdmin(app, admin, token), uploads }, settings)
  if (isProblem(server)) return server
  const failed = announce(folder, server, token)
  if (failed) await server.close()
  return failed ?? { app, uploads, server }
}

const DAMAGE_AGAIN_MS = 60_000

/** Says once a minute what is the matter and what brings the station back. @returns whether the error is about that */
function createDamageLine(folder: DataFolder, log: Log): (error: unknown) => boolean {
  let next = 0
  return (error) => {
    if (!isDamage(error)) return false
    if (performance.now() >= next) {
      next = performance.now() + DAMAGE_AGAIN_MS
      const { cause, remedy } = damagedProblem(folder, wordsOf(error))
      log.error({ error: error instanceof Error ? error.stack : undefined }, `${cause}. ${remedy}`)
    }
    return true
  }
}

async function openDoor(
  served: Pick<ServerOptions, 'app' | 'uploads'>,
  { host, port }: Settings,
): Promise<Listening | Problem> {
  try {
    const server = await listen({ host, port, ...served, hosts: ownNames(host) })
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
