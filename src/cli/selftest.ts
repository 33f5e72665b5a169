import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { isProblem, type Problem, problemLine, wordsOf } from '../host/problem.ts'
import type { Config } from '../main/config.ts'
import { filesOf } from '../main/data-folder.ts'
import { folderProblem } from '../host/folder.ts'
import { type Station, startStation } from '../main/station.ts'
import { openDatabase } from '../main/store/database.ts'
import { sql } from '../main/store/sql.ts'
import type { Given } from './command.ts'
import { bad, type Finding, ok, report } from './findings.ts'
import { faultsOf } from './soundness.ts'

/**
 * Tries on this PC what a station promises: a station of its own, on a free port and in a folder of its own on the disk of the
 * data folder, which is gone afterwards. The real station may run meanwhile, and headquarters is not asked.
 */
export async function run({ flags, config }: Given): Promise<number | Problem> {
  const { data_dir } = config.settings
  let folder: string
  try {
    folder = mkdtempSync(join(existsSync(data_dir) ? data_dir : tmpdir(), 'selftest-'))
  } catch (error) {
    return folderProblem(data_dir, error)
  }
  try {
    return report(await tryAll(alone(config, join(folder, 'station')), join(folder, 'copy')), 'json' in flags)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The settings of a station that is nobody's. */
function alone(config: Config, data_dir: string): Config {
  const own = { data_dir, host: 'localhost', port: 0, name: 'selftest', central: null, enroll: null }
  return { ...config, settings: { ...config.settings, ...own, log_level: 'silent' }, warnings: [] }
}

/** One check after the other on one station; the first that cannot go on is the last. */
async function tryAll(config: Config, copy: string): Promise<Finding[]> {
  const findings: Finding[] = []
  let station: Station | undefined
  async function check(name: string, find: () => Promise<string>): Promise<boolean> {
    try {
      findings.push(ok(name, await find()))
      return true
    } catch (error) {
      findings.push(bad(name, wordsOf(error)))
      return false
    }
  }
  const start = async () => {
    const started = await startStation(config)
    if (isProblem(started)) throw new Error(problemLine(started))
    station = started
    return started
  }
  const checks: readonly [string, () => Promise<string>][] = [
    ['start', async () => `a station answers at ${(await start()).url}`],
    ['alone', () => startsOnce(config)],
    ['page', () => answersPages(station!)],
    ['api', () => worksLot(station!)],
    ['disk', () => writesDurably(station!)],
    ['power', () => survives(station!, copy)],
    ['restart', async () => (await station!.stop(), keeps(await start()))],
  ]
  try {
    for (const [name, find] of checks) if (!(await check(name, find))) break
  } finally {
    await station?.stop()
  }
  return findings
}

async function startsOnce(config: Config): Promise<string> {
  const second = await startStation(config)
  if (isProblem(second)) return 'a second one in the same folder is refused'
  await second.stop()
  throw new Error('two stations could be started in one folder')
}

/** Asks the station as a script does. @returns the body */
async function call<Body>(
  { url, data_dir }: Station,
  method: string,
  path: string,
  body?: object,
): Promise<Body> {
  const { user } = JSON.parse(readFileSync(filesOf(data_dir).keys, 'utf8')) as { user: string }
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${user}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`)
  return (
    answer.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text
  ) as Body
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}

const pages = ['/', '/docs', '/openapi.json', '/health'] as const

async function answersPages(station: Station): Promise<string> {
  for (const path of pages) await call(station, 'GET', path)
  return `${pages.join(', ')} are answered`
}

interface Page {
  readonly data: readonly { readonly number: string; readonly unit_count: number }[]
}

/** A lot as it is worked on a floor: part, batch, unit, into the batch, found by its serial number. */
async function worksLot(station: Station): Promise<string> {
  await call(station, 'POST', '/v2/parts', { number: 'PART-1', revision_number: 'A' })
  await call(station, 'POST', '/v2/batches', { number: 'LOT-1' })
  const unit = { serial_number: 'SN-1', part_number: 'PART-1', revision_number: 'A' }
  await call(station, 'POST', '/v2/units', unit)
  await call(station, 'PATCH', '/v2/units/sn-1', { batch_number: 'lot-1' })
  const { data } = await call<Page>(station, 'GET', '/api/v2/batches?search_query=n-1')
  expect(data.length === 1 && data[0]!.unit_count === 1, 'the unit is not found in its batch')
  return 'a unit was made, moved into a batch and found there'
}

const WRITES = 20

async function writesDurably(station: Station): Promise<string> {
  const took: number[] = []
  for (let n = 0; n < WRITES; n++) {
    const asked = performance.now()
    await call(station, 'POST', '/v2/batches', { number: `DURABLE-${n}` })
    took.push(performance.now() - asked)
  }
  const median = took.toSorted((a, b) => a - b)[WRITES / 2]!
  return `a write is answered, and on the disk, after ${median.toFixed(1)} ms (median of ${WRITES})`
}

/** What would be found after a power cut: the files as they lie there while the station works on. */
async function survives({ data_dir }: Station, copy: string): Promise<string> {
  const from = filesOf(data_dir).database
  const to = filesOf(copy).database
  mkdirSync(copy, { recursive: true })
  for (const end of ['', '-wal']) if (existsSync(from + end)) copyFileSync(from + end, to + end)
  const db = openDatabase(to)
  try {
    const { n } = db.one<{ n: number }>(sql`SELECT count(*) AS n FROM batches`)!
    expect(n === WRITES + 1, `a copy of the running station's disk has ${n} of ${WRITES + 1} batches`)
    expect(
      faultsOf(db).length === 0,
      `a copy of the running station's disk is damaged: ${faultsOf(db).join()}`,
    )
    return `a copy of the running station's disk has all ${n} batches and is sound`
  } finally {
    db.close()
  }
}

async function keeps(station: Station): Promise<string> {
  const { data } = await call<Page>(station, 'GET', '/v2/batches?limit=100')
  expect(data.length === WRITES + 1, `${data.length} of ${WRITES + 1} batches are there after a restart`)
  return 'stopped and started again, everything is there'
}
