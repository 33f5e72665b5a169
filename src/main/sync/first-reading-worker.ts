import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

import { readClock } from '../../host/clock.ts'
import type { HeadquartersHead, StationHead } from '../../model/sync/envelope.ts'
import type { Cursor } from '../../model/sync/cursor.ts'
import type { Page, PullRequest } from '../../model/sync/protocol.ts'
import { makeFirstFile, moveIn } from '../store/first-file.ts'
import { openFirstRows } from '../store/first-rows.ts'
import { createClient } from './client.ts'
import type { Trouble } from './trouble.ts'

export interface FirstOrder {
  readonly file: string
  /** The one that scripts use meanwhile. */
  readonly database: string
  readonly url: string
  readonly credential: string
  readonly request: PullRequest
  readonly head: StationHead
}

/** `at`: read up to there, or what stands between; `whole`: the file is closed and has all of it. */
export type FirstWord =
  | { readonly kind: 'at'; readonly at: number; readonly head_seq: number; readonly trouble: Trouble | null }
  | { readonly kind: 'whole' }

/** After so many failures in a row the station goes on without: about two minutes. */
const TRIES = 30
const RETRY_MS = 4_000

const { file, database, url, credential, request, head } = workerData as FirstOrder
const client = createClient(url, credential)
makeFirstFile(file, database)
const rows = openFirstRows(file)
let head_seq = 0

const tell = (trouble: Trouble | null) =>
  parentPort!.postMessage({ kind: 'at', at: rows.cursor.seq, head_seq, trouble } satisfies FirstWord)

interface Read {
  readonly page: Page
  readonly head: HeadquartersHead
}

/** @returns undefined if headquarters cannot be read from its beginning, or does not answer for long */
async function ask(cursor: Cursor): Promise<Read | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const asked = { ...request, cursor }
    const outcome = await client.send(asked, { ...head, clock: readClock() }, 0, new AbortController().signal)
    if (outcome.kind === 'answer') {
      const { answer } = outcome
      return answer.kind === 'page' && answer.from.seq === cursor.seq
        ? { page: answer, head: outcome.head }
        : undefined
    }
    tell(outcome.trouble)
    await sleep(Math.min(outcome.retry_after_ms ?? RETRY_MS, RETRY_MS * 4))
  }
  return undefined
}

/** The next page is on its way while this one is laid down. */
async function readAll(): Promise<boolean> {
  let next: Promise<Read | undefined> | undefined = ask(rows.cursor)
  while (next !== undefined) {
    const read: Read | undefined = await next
    if (read === undefined) return false
    const { page }: Read = read
    next = page.more ? ask(page.to) : undefined
    // The question leaves in the next turn of the event loop.
    await turn()
    rows.lay(page, read.head.people, readClock().wall_ms)
    head_seq = read.head.head_seq
    tell(null)
  }
  return true
}

if (await readAll()) {
  rows.finish()
  // Most of it here: what scripts write until the end is little.
  moveIn(file, database)
  parentPort!.postMessage({ kind: 'whole' } satisfies FirstWord)
} else rows.close()
client.close()
