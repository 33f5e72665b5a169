import { randomBytes } from 'node:crypto'

import { createLinks, LINK_MS } from '../http/links.ts'
import { refuse } from '../model/error.ts'
import type { Files } from './api/files.ts'
import { diskFree } from '../host/folder.ts'
import type { DataFolder } from './data-folder.ts'
import type { Settings } from './settings.ts'
import { isWanted } from './store/attachments.ts'
import { openBlobFiles } from './store/blob-files.ts'
import { createBlobParts } from './store/blob-parts.ts'
import { linkSecret } from './store/identity.ts'
import type { Store } from './store/store.ts'
import { dropUploadsBefore } from './store/uploads.ts'

export interface OpenFiles extends Omit<Files, 'source'> {
  /** Forgets uploads that were never finished, and puts aside bytes that no row refers to. */
  sweep(): Promise<void>
}

const MB = 1_000_000

/** The bytes of attachments of a held data folder. */
export async function openFiles(
  store: Store,
  folder: Pick<DataFolder, 'attachments'>,
  { attachment_max, disk_reserve }: Pick<Settings, 'attachment_max' | 'disk_reserve'>,
): Promise<OpenFiles> {
  const blobs = openBlobFiles(folder.attachments)
  const parts = createBlobParts(blobs)
  const now = () => store.readClock().wall_ms
  const secret = await store.commits.write((db) => linkSecret(db, randomBytes(32).toString('hex')))
  return {
    blobs,
    parts,
    links: createLinks(secret, now),
    noRoom(size, here) {
      if (size > attachment_max * MB) return tooLarge(attachment_max)
      return diskFree(folder.attachments) - (size - here) < disk_reserve * MB ? full : undefined
    },
    async sweep() {
      const forgotten = await store.commits.write((db) => dropUploadsBefore(db, now() - LINK_MS))
      for (const id of forgotten) await parts.drop(id)
      await blobs.sweep((sha256) => isWanted(store.db, sha256), now())
    },
  }
}

const tooLarge = (attachment_max: number) =>
  refuse('PAYLOAD_TOO_LARGE', `An attachment has at most ${attachment_max} MB (setting attachment_max)`)

const full = refuse(
  'INSUFFICIENT_STORAGE',
  'The disk of this station has no room for attachments: what is left is kept for batches. Free some space and try again',
)

const SWEEP_MS = 3_600_000

/** Sweeps now and once an hour. @returns how to end it */
export function keepSwept(files: OpenFiles, onTrouble: (error: unknown) => void): { stop(): Promise<void> } {
  let sweeping: Promise<void> = Promise.resolve()
  const go = () => void (sweeping = sweeping.then(() => files.sweep()).catch(onTrouble))
  const timer = setInterval(go, SWEEP_MS)
  go()
  return {
    async stop() {
      clearInterval(timer)
      await sweeping
    },
  }
}
