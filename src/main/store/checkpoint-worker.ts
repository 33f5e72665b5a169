import { parentPort, workerData } from 'node:worker_threads'

import { openDatabase } from './database.ts'
import { sql } from './sql.ts'

/** Runs beside the station: moves what was committed from the log into the database file, so that no commit has to. */
const database = openDatabase(workerData as string)
const timer = setInterval(() => {
  try {
    database.all(sql`PRAGMA wal_checkpoint(PASSIVE)`)
  } catch {
    // Busy or a full disk: the next time will do.
  }
}, 200)
parentPort!.on('message', () => {
  clearInterval(timer)
  database.close()
  parentPort!.close()
})
