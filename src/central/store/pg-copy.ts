import { codeOf, isProblem, type Problem, problem, wordsOf } from '../../host/problem.ts'
import { type Copy, one, type Queryable } from './database.ts'
import { dump, restore } from './pg-programs.ts'
import { name, sql } from './sql.ts'

/** Whoever fills and empties the scratch database takes turns, in whatever process. */
const LOCK = 4_790_002

export async function copyPostgres(db: Queryable, url: string, file: string): Promise<Problem | undefined> {
  return dump(url, await majorVersion(db), file)
}

/**
 * The copy stands on the same server, in a scratch database whose name follows from that of the original: what a crash left of
 * an earlier one is in nobody's way.
 * @param connect opens one connection to a database
 */
export async function openPostgresCopy(
  db: Queryable,
  url: string,
  file: string,
  connect: (url: string) => Promise<Copy>,
): Promise<Copy | Problem> {
  const { original } = await one<{ original: string }>(db, sql`SELECT current_database() AS original`)
  const scratch = `${original.slice(0, 50)}_scratch`
  const address = new URL(url)
  address.pathname = `/${encodeURIComponent(scratch)}`
  const keeper = await connect(url)
  const drop = () => keeper.rows(sql`DROP DATABASE IF EXISTS ${name(quoted(scratch))} WITH (FORCE)`)
  const leave = async () => {
    try {
      await drop()
    } finally {
      await keeper.close()
    }
  }
  try {
    await keeper.rows(sql`SELECT pg_advisory_lock(${LOCK}::bigint)`)
    await drop()
    await keeper.rows(sql`CREATE DATABASE ${name(quoted(scratch))} TEMPLATE template0`)
    const failed = await restore(address.href, await majorVersion(db), file)
    if (isProblem(failed)) {
      await leave()
      return failed
    }
    const copy = await connect(address.href)
    const close = async () => {
      await copy.close()
      await leave()
    }
    return { ...copy, close }
  } catch (error) {
    await leave().catch(() => undefined)
    return scratchProblem(error)
  }
}

const majorVersion = async (db: Queryable) => {
  const { version } = await one<{ version: number }>(
    db,
    sql`SELECT current_setting('server_version_num')::int AS version`,
  )
  return Math.floor(version / 10_000)
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

function scratchProblem(error: unknown): Problem {
  if (codeOf(error) === '42501')
    return problem(
      'this user may not make the scratch database in which a backup is verified',
      'Allow it once, as administrator: ALTER ROLE lotkeeper CREATEDB (with the name of the user in --database-url)',
    )
  return problem(`the copy could not be restored (${wordsOf(error)})`, 'It does not count; try again')
}
