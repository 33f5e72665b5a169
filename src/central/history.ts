import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { chainHash } from '../host/hash.ts'
import { formatTime } from '../model/time.ts'
import { canonical } from '../model/sync/chain.ts'
import type { Api } from './api/route.ts'
import { folderProblem, writePrivateFile } from '../host/folder.ts'
import { type Problem, problem } from '../host/problem.ts'
import { type Backup, holdsBackup, keepBackup, lastBackup } from './store/backups.ts'
import { type Database, one } from './store/database.ts'
import { sql } from './store/sql.ts'

interface Seen {
  readonly headquarters_id: string
  readonly epoch: string
  readonly seq: number
  readonly hash: string
  /** The newest verified one; older versions noted none. */
  readonly backup?: Backup | null
}

async function read(api: Api): Promise<Seen> {
  const seen = await one<Seen>(api.db, sql`SELECT id AS headquarters_id, epoch, seq, hash FROM headquarters`)
  return { ...seen, backup: (await lastBackup(api.db)) ?? null }
}

const fileOf = (data_dir: string) => join(data_dir, 'history.json')

/** Notes beside the database how far it has come, so that a restored backup is noticed before the first station asks. */
export async function noteHistory(api: Api, data_dir: string): Promise<Problem | undefined> {
  const seen = await read(api)
  try {
    writePrivateFile(fileOf(data_dir), seen)
    return undefined
  } catch (error) {
    return folderProblem(data_dir, error)
  }
}

/**
 * Is the database an older copy of the one that ran here last? Then its numbers would soon mean something else than what
 * stations remember: a new epoch begins at once. Where this note is missing, the first station that knows more proves it.
 */
export async function noticeRestore(api: Api, data_dir: string): Promise<boolean> {
  const seen = readNote(data_dir)
  if (seen === undefined) return false
  const { headquarters_id, epoch, seq, hash } = seen
  return api.sequencer.write((store) => {
    if (headquarters_id !== api.headquarters_id || store.hashAt(seq) === hash || store.isClosed(epoch))
      return false
    const lost = { epoch, seq, hash, mac: '' }
    store.openEpoch(chainHash(canonical([store.head().epoch, lost])), lost)
    store.report({ kind: 'restored', station_id: '', lost })
    return true
  })
}

/**
 * A backup cannot say of itself that it was verified: after it was restored, the database knows older ones at most. It is kept again here.
 * A database that does not hold what it held is an older one: stations would give up for it what nobody could send again.
 */
export async function recallBackup(
  db: Database,
  headquarters_id: string,
  data_dir: string,
): Promise<Problem | undefined> {
  const note = readNote(data_dir)
  const backup = note?.backup
  if (!backup || note?.headquarters_id !== headquarters_id) return undefined
  if (await holdsBackup(db, backup)) {
    const last = await lastBackup(db)
    if (last === undefined || last.verified_at < backup.verified_at) await keepBackup(db, backup)
    return undefined
  }
  return problem(
    `the database lacks what the backup ${backup.file}, verified at ${formatTime(backup.verified_at)}, holds and stations have forgotten since`,
    `Restore that one into an empty database. If it is lost, take ${fileOf(data_dir)} away: what only it held is gone then`,
  )
}

/**
 * Is the database another one than ran here last, and no copy of that? Who starts without `--database-url` would begin an empty headquarters
 * that refuses every station, and write over the key and this note.
 * @param headquarters_id whose database it is, `undefined` if it is empty
 */
export function anotherProblem(data_dir: string, headquarters_id: string | undefined): Problem | undefined {
  const seen = readNote(data_dir)
  if (seen === undefined || seen.seq === 0 || seen.headquarters_id === headquarters_id) return undefined
  return problem(
    `the database ${headquarters_id === undefined ? 'is empty' : 'is that of another headquarters'}, but the headquarters that ran in ${data_dir} had ${seen.seq} changes`,
    `Name its database with --database-url, or bring back its backup. If another one shall begin here, take ${fileOf(data_dir)} and keys.json away first`,
  )
}

function readNote(data_dir: string): Seen | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(data_dir), 'utf8')) as Seen
  } catch {
    return undefined
  }
}
