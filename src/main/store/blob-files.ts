import { createReadStream, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'

import { type Refusal, refuse } from '../../model/error.ts'
import { moveFile } from './move-file.ts'

/** What bytes are: their content decides, whatever file or row brought them. */
export interface Blob {
  /** Lower-case hex. */
  readonly sha256: string
  /** Bytes. */
  readonly size: number
}

/**
 * The bytes of attachments, one file for each content, named by its SHA-256. What has its name is whole: it was written
 * under another one (`blob-parts.ts`), forced to the disk, and only then renamed. Nothing in a named file ever changes.
 *
 *   SHA256        bytes that a row refers to, or will in a moment
 *   ID.part       an upload under way; what is left of one after a start is of no use to anybody
 *   unused/SHA256 no row refers to them any more; kept for a while, since a restored database may
 */
export interface BlobFiles {
  readonly folder: string
  has({ sha256, size }: Blob): boolean
  /** The bytes from `start` on, at most `size` of them. */
  read(sha256: string, start?: number, size?: number): AsyncIterable<Uint8Array>
  /** Gives a finished part its name. What is there under that name already stays. */
  adopt(part: string, blob: Blob): void
  /** Puts aside what no row refers to, and removes what lies there for too long. Bytes that are asked for come back from there. */
  sweep(isNeeded: (sha256: string) => boolean, now: number): Promise<void>
}

/** Where bytes may be had from that are not here: headquarters. */
export interface BlobSource {
  isThere(): boolean
  /** Brings them into the files, or says why not. */
  fetch(blob: Blob): Promise<Refusal | undefined>
}

/** For a station that works alone. */
export const nowhere: BlobSource = {
  isThere: () => false,
  fetch: () =>
    Promise.resolve(
      refuse('NOT_FOUND', 'The bytes of this attachment are not on this station any more', {
        reason: 'bytes_gone',
      }),
    ),
}

/** What files of bytes are called. */
export const HASH_NAME = /^[0-9a-f]{64}$/
/** The folder within for what no row refers to. */
export const UNUSED = 'unused'
const PIECE_BYTES = 256 * 1024
/** Bytes that no row refers to are kept so long: whoever brings back a backup of last week has its files. */
const UNUSED_MS = 30 * 24 * 3_600_000

/** @param folder is made where it is missing */
export function openBlobFiles(folder: string): BlobFiles {
  const unused = join(folder, UNUSED)
  mkdirSync(unused, { recursive: true })
  // Whoever wrote them is gone, and how much of them reached the disk nobody knows.
  for (const name of readdirSync(folder)) if (name.endsWith('.part')) rmSync(join(folder, name))
  const pathOf = (sha256: string) => join(folder, sha256)

  function has({ sha256, size }: Blob): boolean {
    // Rows come from other machines: what is no hash must never become a path.
    if (!HASH_NAME.test(sha256)) return false
    if (sizeOf(pathOf(sha256)) === size) return true
    if (sizeOf(join(unused, sha256)) !== size) return false
    moveFile(join(unused, sha256), pathOf(sha256))
    return true
  }

  return {
    folder,
    has,
    read: (sha256, start = 0, size = Number.POSITIVE_INFINITY) =>
      createReadStream(pathOf(sha256), { start, end: start + size - 1, highWaterMark: PIECE_BYTES }),
    adopt(part, blob) {
      if (has(blob)) rmSync(part)
      else moveFile(part, pathOf(blob.sha256))
    },
    async sweep(isNeeded, now) {
      for await (const { name } of await opendir(folder)) {
        if (!HASH_NAME.test(name) || isNeeded(name)) continue
        utimesSync(pathOf(name), new Date(now), new Date(now))
        moveFile(pathOf(name), join(unused, name))
      }
      for await (const { name } of await opendir(unused))
        if (statSync(join(unused, name)).mtimeMs < now - UNUSED_MS) rmSync(join(unused, name))
    },
  }
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size
}
