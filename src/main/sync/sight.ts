import type { Trouble } from './trouble.ts'

/** What is known of headquarters and the way there. */
export interface Sight {
  readonly trouble: Trouble | null
  readonly last_success_ms: number | null
  /** How far headquarters' feed goes, as last heard. */
  readonly head_seq: number | null
  /** How far it is read, while that is done beside the database that scripts use ([S23]). */
  readonly reading_seq: number | null
  /** This PC's clock minus headquarters'. */
  readonly clock_skew_ms: number | null
}

export const nothingSeen: Sight = {
  trouble: null,
  last_success_ms: null,
  head_seq: null,
  reading_seq: null,
  clock_skew_ms: null,
}

/** SQLite says these of a disk, a folder or a file. Its other codes are of what it was told to do. */
const OF_THE_DISK = /^SQLITE_(BUSY|CANTOPEN|CORRUPT|FULL|IOERR|LOCKED|NOTADB|PERM|PROTOCOL|READONLY)/

/** What went wrong inside this PC, as a trouble like any other. */
export function failureOf(error: unknown): Trouble {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  if (typeof code === 'string' && (OF_THE_DISK.test(code) || syscall !== undefined))
    return { kind: 'disk', code }
  return { kind: 'defect', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
