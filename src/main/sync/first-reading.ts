import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

import type { StationHead } from '../../model/sync/envelope.ts'
import type { PullRequest } from '../../model/sync/protocol.ts'
import { assets } from '../assets.ts'
import type { ReadableDb } from '../store/database.ts'
import { firstFileOf, isUntouched, removeFirstFile, WAITING_AT_END_MAX } from '../store/first-file.ts'
import type { Store } from '../store/store.ts'
import type { FirstOrder, FirstWord } from './first-reading-worker.ts'

/** What is asked, and who hears how far it is. */
export interface FirstQuestion {
  readonly request: PullRequest
  readonly head: StationHead
  readonly hear: (word: Extract<FirstWord, { kind: 'at' }>) => void
  readonly signal: AbortSignal
}

const SWAP_RETRY_MS = 1_000
const SWAP_TRIES = 60

/**
 * A station that has read nothing of headquarters reads all of it into a file of its own, in a thread of its own: scripts use the
 * file that is there, as if nothing happened, and the new one from one moment to the next ([S23]).
 * @returns false if headquarters did not answer in time, or the disk did not take it: nothing was changed then
 */
export async function readFirst(
  store: Store,
  way: Pick<FirstOrder, 'url' | 'credential'>,
  { request, head, hear, signal }: FirstQuestion,
): Promise<boolean> {
  const { path } = store.db as ReadableDb & { readonly path?: string }
  if (path === undefined || path === ':memory:' || signal.aborted) return false
  const file = firstFileOf(path)
  try {
    const order: FirstOrder = { ...way, file, database: path, request, head }
    if (!(await inThread(order, hear, signal))) return false
    return await swapped(store, file, signal)
  } finally {
    removeFirstFile(file)
  }
}

async function inThread(
  order: FirstOrder,
  hear: FirstQuestion['hear'],
  signal: AbortSignal,
): Promise<boolean> {
  const worker = new Worker(assets.firstReading, { workerData: order })
  const stop = () => void worker.terminate()
  signal.addEventListener('abort', stop)
  let whole = false
  worker.on('message', (word: FirstWord) => {
    if (word.kind === 'at') hear(word)
    else whole = true
  })
  try {
    // An error of the thread comes out here.
    await once(worker, 'exit')
  } finally {
    signal.removeEventListener('abort', stop)
  }
  return whole && !signal.aborted
}

/** A backup that is being made, or somebody who reads the file from outside, is waited for. */
async function swapped(store: Store, file: string, signal: AbortSignal): Promise<boolean> {
  for (let tries = 0; tries < SWAP_TRIES && !signal.aborted; tries += 1) {
    if (!isUntouched(store.db, store.synced, WAITING_AT_END_MAX)) return false
    try {
      store.goOnWith(file)
      return true
    } catch (error) {
      if (!isBusy((error as { code?: string }).code)) throw error
      await sleep(SWAP_RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }
  return false
}

/** Windows names no file anew that anybody has open. */
const isBusy = (code = '') => ['SQLITE_BUSY', 'EBUSY', 'EPERM', 'EACCES'].includes(code)
