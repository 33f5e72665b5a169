import { type Input, type Route, route } from '../../http/routes.ts'
import { type WireAnswer, ok, refused } from '../../http/wire.ts'
import type { Endpoint } from '../../model/endpoint.ts'
import { type Refusal, isRefusal, refuse } from '../../model/error.ts'
import type { Author } from '../store/accept.ts'
import { isDamage, type ReadableDb, type WritableDb } from '../store/database.ts'
import type { StationRuns } from '../store/links.ts'
import type { People } from '../store/people.ts'
import type { Store } from '../store/store.ts'
import type { Answers } from './answers.ts'
import type { Files } from './files.ts'
import type { Retries } from './retries.ts'

/** What the station's routes stand on. */
export interface Api {
  readonly store: Store
  readonly answers: Answers
  readonly retries: Retries
  readonly files: Files
  /** Of which procedures station keys may report runs. */
  readonly station_runs: StationRuns
}

/** What a reading handler gets besides the parsed request. */
export interface Reading {
  readonly db: ReadableDb
  readonly people: People
  readonly version: number
}

/** A GET, answered at once. The handler gives the body as an object, or as finished JSON text. */
export function read<E extends Endpoint>(
  { store, answers }: Api,
  endpoint: E,
  handle: (reading: Reading, input: Input<E>) => object | string | Refusal,
): Route {
  return route(endpoint, (input) => {
    const result = handle({ db: store.db, people: store.people, version: store.commits.version }, input)
    if (isRefusal(result)) return refused(result)
    return answers.keep(
      input.request,
      input.caller,
      typeof result === 'string' ? result : JSON.stringify(result),
    )
  })
}

/**
 * A write: the handler runs inside a transaction shared with every other write of this turn of the event loop, and the answer
 * leaves after its commit. A repeated request gets its first answer again; a refusal undoes what the handler wrote.
 */
export function write<E extends Endpoint>(
  { store, retries }: Api,
  endpoint: E,
  handle: (db: WritableDb, author: Author, input: Input<E>) => object | Refusal,
): Route {
  return route(endpoint, async (input): Promise<WireAnswer> => {
    try {
      const result = await store.commits.write((db) => {
        const earlier = retries.replay(db, input)
        if (earlier !== undefined) return earlier
        const made = handle(db, store.author(input.caller.actor), input)
        if (isRefusal(made)) return made
        const body = JSON.stringify(made)
        retries.remember(db, input, body)
        return { body }
      })
      return isRefusal(result) ? refused(result) : ok(result.body)
    } catch (error) {
      const refusal = storageRefusal(error)
      if (refusal === undefined) throw error
      return refused(refusal)
    }
  })
}

/** What the disk may do to a commit. Nothing was written. */
export function storageRefusal(error: unknown): Refusal | undefined {
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return undefined
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT')
    return refuse(
      'INSUFFICIENT_STORAGE',
      'The disk of this station is full: nothing was saved. Free some space and try again',
    )
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_BUSY'))
    return refuse(
      'SERVICE_UNAVAILABLE',
      `This station cannot write to its database now (${code}): nothing was saved`,
    )
  return undefined
}

/** What nothing but a backup mends. */
export function damageRefusal(error: unknown): Refusal | undefined {
  if (!isDamage(error)) return undefined
  return refuse(
    'INTERNAL_SERVER_ERROR',
    'The database of this station is damaged: its log says what brings it back',
  )
}
