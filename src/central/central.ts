import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

import { addressProblem, fromHere } from '../host/address.ts'
import { inUseProblem, removeFile, writePrivateFile } from '../host/folder.ts'
import { type Log, openLog } from '../host/log.ts'
import type { Server } from '../host/serve.ts'
import { isProblem, type Problem, wordsOf } from '../host/problem.ts'
import { version } from '../host/version.ts'
import type { App } from '../http/app.ts'
import { LINK_MS } from '../http/links.ts'
import { type Listening, listen, type ServerOptions } from '../http/server.ts'
import type { WireRequest } from '../http/wire.ts'
import { createAdmin, withAdmin } from './admin.ts'
import { createCentralApp } from './api/app.ts'
import { fleetRoutes } from './api/fleet.ts'
import { createSyncApp } from './api/sync.ts'
import { createUploads } from './api/uploads.ts'
import { type Certificate, keepCertificate, readCertificate } from './certificate.ts'
import { type DataFolder, holdDataFolder } from './data-folder.ts'
import { noteHistory, noticeRestore } from './history.ts'
import { openCentral, type OpenCentral } from './open.ts'
import type { Settings } from './settings.ts'
import { sweepFiles } from './store/files.ts'
import { beat, leave } from './store/replies.ts'
import { dropUploadsBefore } from './store/uploads.ts'
import { createSightings } from './store/sightings.ts'
import { troubleOf } from './store/trouble.ts'

const BODY_MAX = 16 * 1024 * 1024
/** A push over a slow line. */
const REQUEST_TIMEOUT_MS = 120_000
/** How often is written down what stations said, and how far the history has come. */
const ROUND_MS = 2_000
const TROUBLE_AGAIN_MS = 60_000
/** How often bytes that nothing refers to are looked for. */
const SWEEP_MS = 3_600_000

/** Folder → log → database → API → door. Whatever fails undoes what came before it: there is no half start. */
export async function startCentral(settings: Settings): Promise<Server | Problem> {
  const tls = readCertificate(settings)
  if (isProblem(tls)) return tls
  const folder = holdDataFolder(settings.data_dir)
  if (isProblem(folder)) return folder
  if (folder.kind === 'in_use') return inUseProblem(settings.data_dir, folder)
  const log = openLog(settings.log_level, folder.logs, 'central.log')
  const opened = await openCentral(folder, settings, sayTrouble(log))
  const giveUp = async (cause: Problem) => {
    if (!isProblem(opened)) await opened.close()
    await log.close()
    folder.release()
    return cause
  }
  if (isProblem(opened)) return giveUp(opened)
  const { api } = opened
  const restored = await noticeRestore(api, folder.data_dir)
  const now = () => api.outside.readClock().wall_ms
  const present = () => beat(api.db, `${hostname()} ${folder.data_dir}`, opened.run, now())
  await present()
  const token = randomBytes(32).toString('hex')
  const work = createWork(opened, log)
  const app = withAdmin(work.app, createAdmin(api, folder.backups), token)
  const server = await openDoor({ app, uploads: work.uploads }, settings, tls)
  if (isProblem(server)) return giveUp(server)
  const url = fromHere(server.url)
  writePrivateFile(folder.server, { url, pid: process.pid, version, token })
  const certificate = tls && keepCertificate(settings, tls, (renewed) => server.certify(renewed), log, now)
  const rounds = startRounds(async () => {
    certificate?.look()
    await present()
    await work.round(folder.data_dir)
  }, log)
  sayWhatIsOdd(log, settings, folder, opened, restored)
  log.info({ url, data_dir: folder.data_dir, version, pid: process.pid }, 'headquarters is ready')
  return {
    url,
    data_dir: folder.data_dir,
    version,
    log,
    async stop() {
      log.info({}, 'headquarters stops')
      work.end()
      await server.close()
      await rounds.stop()
      await leave(api.db, opened.run).catch(() => undefined)
      await opened.close()
      removeFile(folder.server)
      await log.close()
      folder.release()
    },
  }
}

/** The API for people and for stations, and what is done now and then. */
function createWork({ api, secret }: OpenCentral, log: Log) {
  const now = () => api.outside.readClock().wall_ms
  const onDefect = (error: unknown, { method, target }: Pick<WireRequest, 'method' | 'target'>) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    log.error({ error: cause instanceof Error ? cause.stack : String(cause), method, target }, 'defect')
  }
  const sightings = createSightings(api.db, now)
  const sync = createSyncApp({ api, sightings, secret, onDefect })
  const people = createCentralApp({ api, own: fleetRoutes(api), onDefect })
  const sayUnnoted = onceAMinute((cause) =>
    log.error(
      {},
      `${cause}: it is not noted there how far headquarters has come, by which a restored backup is known. All else goes on; see to that disk`,
    ),
  )
  let next_sweep = 0
  const app: App = (request) => sync.answer(request) ?? people(request)
  return {
    app,
    uploads: createUploads(api, onDefect),
    end: sync.end,
    async round(data_dir: string) {
      await sightings.flush()
      await api.retries.flush()
      const unnoted = await noteHistory(api, data_dir)
      if (unnoted !== undefined) sayUnnoted(unnoted.cause)
      if (performance.now() < next_sweep) return
      await dropUploadsBefore(api.db, now() - LINK_MS)
      await sweepFiles(api.db, now())
      next_sweep = performance.now() + SWEEP_MS
    },
  }
}

/** What goes wrong again and again is said in the same words once a minute. */
function onceAMinute(say: (words: string) => void): (words: string) => void {
  const said = new Map<string, number>()
  return (words) => {
    const now = performance.now()
    if (now - (said.get(words) ?? -Infinity) < TROUBLE_AGAIN_MS) return
    said.set(words, now)
    say(words)
  }
}

/** While the database is away every question to it fails. */
function sayTrouble(log: Log): (error: Error) => void {
  const full = onceAMinute((error) =>
    log.error({ error }, 'the disk of the database is full: nothing is saved until there is room'),
  )
  const away = onceAMinute((error) =>
    log.warn({ error }, 'the database cannot be used now; it is tried again'),
  )
  return (error) => (troubleOf(error) === 'full' ? full : away)(wordsOf(error))
}

/** One round after the other, and a last one at the end. */
function startRounds(round: () => Promise<void>, log: Log) {
  let running: Promise<void> | undefined
  const go = () =>
    (running ??= round()
      .catch((error: unknown) => {
        if (troubleOf(error) === undefined)
          log.warn({ error: wordsOf(error) }, 'the round failed; it comes again')
      })
      .finally(() => (running = undefined)))
  const timer = setInterval(() => void go(), ROUND_MS)
  return {
    async stop() {
      clearInterval(timer)
      await running
      await go()
    },
  }
}

async function openDoor(
  served: Pick<ServerOptions, 'app' | 'uploads'>,
  { host, port }: Settings,
  tls: Certificate | undefined,
): Promise<Listening | Problem> {
  const loopback = host === 'localhost' || host === '127.0.0.1' || host === '::1'
  try {
    return await listen({
      host,
      port,
      ...served,
      body_max: BODY_MAX,
      request_timeout_ms: REQUEST_TIMEOUT_MS,
      ...(loopback ? {} : { hosts: 'any' as const }),
      ...(tls ? { tls } : {}),
    })
  } catch (error) {
    const why = addressProblem(error, host, port)
    if (why) return why
    throw error
  }
}

function sayWhatIsOdd(
  log: Log,
  { host, tls_cert }: Settings,
  folder: DataFolder,
  { api, first_start, has_trigrams }: OpenCentral,
  restored: boolean,
): void {
  if (first_start)
    log.info({ file: folder.keys }, `first start: the key of headquarters is in ${folder.keys}`)
  if (api.db.kind === 'pglite')
    log.warn(
      { folder: folder.embedded },
      'no --database-url: the database is embedded, for trying out or one small plant. It does not wait for the disk, so a ' +
        'power cut may cost the last changes (stations send theirs again). Use PostgreSQL for anything more',
    )
  if (!has_trigrams)
    log.warn({}, 'pg_trgm is not there or not allowed: searching pieces of numbers is slow on large tables')
  if (restored)
    log.warn(
      {},
      'the database is older than the one that ran here last: a new epoch began, stations send again what it lacks',
    )
  if (tls_cert === null && host !== 'localhost' && host !== '127.0.0.1' && host !== '::1')
    log.warn(
      { host },
      'no certificate: keys and data cross the network readable. Give --tls-cert and --tls-key',
    )
}
