import { Worker } from 'node:worker_threads'

import { assets } from '../assets.ts'
import type { ReadableDb } from './database.ts'

/** Pages in the log after which SQLite moves them itself, in whichever commit comes next. */
const BY_ITSELF = 1_000
/** While another thread does it: only if that does not keep up. */
const AT_WORST = 16_000

/**
 * Checkpoints off the request path: while pages are applied, the commit that fills the log would make a script wait for the
 * whole of it to be copied. Where the thread cannot run, SQLite goes on doing it itself.
 */
export function keepCheckpoints(db: ReadableDb & { readonly path?: string }): { stop(): Promise<void> } {
  const { path } = db
  if (path === undefined || path === ':memory:') return { stop: async () => {} }
  const worker = new Worker(assets.checkpoints, { workerData: path })
  const leave = (pages: number) => void db.all({ text: `PRAGMA wal_autocheckpoint = ${pages}`, values: [] })
  let ended = false
  let stopping = false
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      ended = true
      if (!stopping) leave(BY_ITSELF)
      resolve()
    })
  })
  worker.once('online', () => {
    if (!ended && !stopping) leave(AT_WORST)
  })
  worker.on('error', () => {})
  return {
    async stop() {
      if (ended) return
      stopping = true
      leave(BY_ITSELF)
      worker.postMessage('stop')
      await exited
    },
  }
}
