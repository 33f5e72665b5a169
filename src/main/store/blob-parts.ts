import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { Refusal } from '../../model/error.ts'
import type { Blob, BlobFiles } from './blob-files.ts'

/**
 * Bytes on their way in. A part remembers how far it came, so that one whose connection broke goes on from there; it lives
 * as long as this process, for what a power cut leaves of a file cannot be told from what was written.
 * Whoever sends last has the part: an earlier connection that only seems to be alive writes nothing more into it.
 */
export interface BlobParts {
  /** Bytes here of this part. */
  offset(name: string): number
  /**
   * Writes what comes after the first `from` bytes; with 0 the part begins anew. Where `check` says no, the rest is taken and
   * thrown away: most clients hear nothing before they have said everything.
   * @param check asked before each write with the size that the part would then have: may it go on?
   * @returns how far it came; `gap`, and no piece is taken, if other bytes should come. Throws if the pieces do; what came
   * before is kept
   */
  append(
    name: string,
    from: number,
    pieces: AsyncIterable<Uint8Array>,
    check: (size: number) => Refusal | undefined,
  ): Promise<number | Refusal | 'gap' | 'taken_over'>
  /** The whole part, safe on the disk under the name of its content. */
  finish(name: string): Promise<Blob>
  drop(name: string): Promise<void>
}

/** Forced to the disk after so many bytes, so that the end of a large upload is not one long wait. */
const SYNC_BYTES = 8 * 1024 * 1024

interface Part {
  readonly file: string
  readonly hash: Hash
  offset: number
  unsynced: number
  /** Who writes: the newest `append`. */
  writer: symbol
  /** The write under way. */
  writing: Promise<unknown>
}

export function createBlobParts(files: BlobFiles): BlobParts {
  const parts = new Map<string, Part>()
  const fileOf = (name: string) => join(files.folder, `${name}.part`)

  async function begin(name: string, from: number, writer: symbol): Promise<Part | 'gap'> {
    const known = parts.get(name)
    if (known !== undefined) {
      known.writer = writer
      await known.writing
    }
    if (from > 0) return known?.offset === from ? known : 'gap'
    const part: Part = {
      file: fileOf(name),
      hash: createHash('sha256'),
      offset: 0,
      unsynced: 0,
      writer,
      writing: Promise.resolve(),
    }
    parts.set(name, part)
    return part
  }

  async function write(handle: FileHandle, part: Part, piece: Uint8Array): Promise<void> {
    await handle.write(piece, 0, piece.length, part.offset)
    part.hash.update(piece)
    part.offset += piece.length
    part.unsynced += piece.length
    if (part.unsynced < SYNC_BYTES) return
    await handle.datasync()
    part.unsynced = 0
  }

  async function drop(name: string): Promise<void> {
    const part = parts.get(name)
    if (part === undefined) return
    parts.delete(name)
    await part.writing.catch(() => undefined)
    await rm(part.file, { force: true })
  }

  return {
    offset: (name) => parts.get(name)?.offset ?? 0,
    drop,
    async append(name, from, pieces, check) {
      const me = Symbol(name)
      const part = await begin(name, from, me)
      if (part === 'gap') return part
      const handle = await open(part.file, from === 0 ? 'w' : 'r+', 0o600)
      let no: Refusal | undefined
      try {
        for await (const piece of pieces) {
          if (part.writer !== me || no !== undefined) continue
          no = check(part.offset + piece.length)
          if (no !== undefined) continue
          part.writing = write(handle, part, piece)
          await part.writing
        }
      } finally {
        await handle.close()
      }
      return part.writer !== me ? 'taken_over' : (no ?? part.offset)
    },
    async finish(name) {
      const part = parts.get(name)!
      const handle = await open(part.file, 'r+')
      await handle.sync()
      await handle.close()
      parts.delete(name)
      const blob = { sha256: part.hash.digest('hex'), size: part.offset }
      files.adopt(part.file, blob)
      return blob
    },
  }
}
