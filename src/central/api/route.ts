import { codeOf } from '../../host/problem.ts'
import type { Links } from '../../http/links.ts'
import { type Input, type Route, route } from '../../http/routes.ts'
import { ok, refused, type WireAnswer } from '../../http/wire.ts'
import type { Endpoint } from '../../model/endpoint.ts'
import { isRefusal, refuse, type Refusal } from '../../model/error.ts'
import type { Database, Queryable } from '../store/database.ts'
import type { Retries } from './retries.ts'
import { type Desk, type Outside, writeHere } from '../store/own.ts'
import type { Sequencer } from '../store/sequencer.ts'
import { troubleOf } from '../store/trouble.ts'

/** What the routes of headquarters stand on. */
export interface Api {
  readonly db: Database
  readonly sequencer: Sequencer
  readonly outside: Outside
  readonly headquarters_id: string
  readonly links: Links
  readonly retries: Retries
}

/** A GET. */
export function read<E extends Endpoint>(
  { db }: Api,
  endpoint: E,
  handle: (db: Queryable, input: Input<E>) => Promise<object | Refusal>,
): Route {
  return route(endpoint, (input) =>
    answered(async () => {
      const result = await handle(db, input)
      return isRefusal(result) ? result : { body: JSON.stringify(result) }
    }),
  )
}

/** A write: judged and numbered like a station's operations; its answer leaves after the commit. A repeated request gets its first answer again. */
export function write<E extends Endpoint>(
  api: Api,
  endpoint: E,
  handle: (desk: Desk, input: Input<E>) => object | Refusal,
): Route {
  return writePrepared(api, endpoint, async () => undefined, handle)
}

/** A write that needs something of the database which is no row to decide on: looked up, or put there, before. */
export function writePrepared<E extends Endpoint, Prepared>(
  { db, sequencer, outside, headquarters_id, retries }: Api,
  endpoint: E,
  prepare: (db: Queryable, input: Input<E>) => Promise<Prepared>,
  handle: (desk: Desk, input: Input<E>, prepared: Prepared) => object | Refusal,
): Route {
  return route(endpoint, (input) =>
    answered(async () => {
      const prepared = await prepare(db, input)
      const { actor } = input.caller
      const result = await writeHere(sequencer, outside, headquarters_id, actor, (desk) =>
        retries.once(desk, input, () => handle(desk, input, prepared)),
      )
      if (!isRefusal(result)) retries.sent(input, result)
      return result
    }),
  )
}

async function answered(work: () => Promise<{ readonly body: string } | Refusal>): Promise<WireAnswer> {
  try {
    const result = await work()
    return isRefusal(result) ? refused(result) : ok(result.body)
  } catch (error) {
    const refusal = databaseRefusal(error)
    if (refusal === undefined) throw error
    return refused(refusal)
  }
}

/** The database cannot be used now: what was asked for may be asked for again. */
export function databaseRefusal(error: unknown): Refusal | undefined {
  const trouble = troubleOf(error)
  if (trouble === 'full')
    return refuse('INSUFFICIENT_STORAGE', "The disk of headquarters' database is full: nothing was saved")
  // Two transactions that were in each other's way.
  return trouble === 'away' || codeOf(error).startsWith('40')
    ? refuse(
        'SERVICE_UNAVAILABLE',
        'Headquarters cannot reach its database now: nothing is known to be saved',
      )
    : undefined
}
