import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { chainHash } from '../host/hash.ts'
import { canonical } from '../model/sync/chain.ts'
import type { Api } from './api/route.ts'
import { writePrivateFile } from '../host/folder.ts'
import { one } from './store/database.ts'
import { sql } from './store/sql.ts'

interface Seen {
  readonly headquarters_id: string
  readonly epoch: string
  readonly seq: number
  readonly hash: string
}

const read = (api: Api) =>
  one<Seen>(api.db, sql`SELECT id AS headquarters_id, epoch, seq, hash FROM headquarters`)

const fileOf = (data_dir: string) => join(data_dir, 'history.json')

/** Notes beside the database how far it has come, so that a restored backup is noticed before the first station asks. */
export async function noteHistory(api: Api, data_dir: string): Promise<void> {
  writePrivateFile(fileOf(data_dir), await read(api))
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

function readNote(data_dir: string): Seen | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(data_dir), 'utf8')) as Seen
  } catch {
    return undefined
  }
}
