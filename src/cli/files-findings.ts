import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { isProblem } from '../host/problem.ts'
import type { Config } from '../main/config.ts'
import { filesOf } from '../main/data-folder.ts'
import { HASH_NAME, UNUSED } from '../main/store/blob-files.ts'
import type { Database } from '../main/store/database.ts'
import { sql } from '../main/store/sql.ts'
import { bad, type Finding, note, ok } from './findings.ts'
import { openForReading } from './reading.ts'

/** So many of what is missing are named; all are counted. */
const NAMED_MAX = 3

/** Bytes that a row names. */
interface Named {
  readonly what: string
  readonly sha256: string
  readonly size: number
  /** 1: headquarters has them, so far as is known here, and they come when somebody asks for them. */
  readonly elsewhere: 0 | 1
}

/** Whether the bytes are there that rows name: files of attachments, and what runs measured. Silent about a database that others complain of. */
export function filesFindings(config: Config): Finding[] {
  const files = filesOf(config.settings.data_dir)
  if (!existsSync(files.database)) return []
  const db = openForReading(config)
  if (isProblem(db)) return []
  const folder = files.attachments
  try {
    return [attachmentsFinding(db, folder), measuredFinding(db), ...unnamedFinding(db, folder)]
  } catch {
    return []
  } finally {
    db.close()
  }
}

/** What is in the lane headquarters may not have; a station that works alone has nobody who might. */
const elsewhere = sql`EXISTS (SELECT 1 FROM meta WHERE name = 'sync')
  AND NOT EXISTS (SELECT 1 FROM blob_lane l WHERE l.sha256 = named.sha256) AS elsewhere`

function attachmentsFinding(db: Database, folder: string): Finding {
  const isHere = ({ sha256, size }: Named) =>
    [join(folder, sha256), join(folder, UNUSED, sha256)].some(
      (file) => statSync(file, { throwIfNoEntry: false })?.size === size,
    )
  const named = db.each<Named>(sql`
    SELECT named.name || ' (' || named.id || ')' AS what, named.sha256, named.size, ${elsewhere} FROM attachments named`)
  return counted(
    'attachments',
    named,
    isHere,
    (names, sha256) =>
      `${names}: bring back ${join(folder, sha256)} from a copy of this folder, or delete the attachment`,
  )
}

function measuredFinding(db: Database): Finding {
  const named = db.each<Named & { readonly here: 0 | 1 }>(sql`
    SELECT named.id AS what, named.sha256, 0 AS size, named.here, ${elsewhere} FROM (
      SELECT t.id, t.payload AS sha256, EXISTS (SELECT 1 FROM blobs b WHERE b.sha256 = t.payload) AS here
      FROM runs t WHERE t.payload IS NOT NULL) named`)
  return counted(
    'measured',
    named,
    ({ here }) => here === 1,
    (names) => `run ${names}: a backup of this station may hold it (lotkeeper restore), or delete the run`,
  )
}

function counted<One extends Named>(
  check: string,
  named: Iterable<One>,
  isHere: (one: One) => boolean,
  /** Of the names of those that are missing, and the hash of the first. */
  wayOut: (names: string, sha256: string) => string,
): Finding {
  let here = 0
  let away = 0
  const lost: One[] = []
  for (const one of named)
    if (isHere(one)) here += 1
    else if (one.elsewhere === 1) away += 1
    else lost.push(one)
  const [first] = lost
  if (first !== undefined) {
    const names = lost.slice(0, NAMED_MAX).map(({ what }) => what)
    const more = lost.length > NAMED_MAX ? ` and ${lost.length - NAMED_MAX} more` : ''
    return bad(
      check,
      `the bytes of ${lost.length} are missing, and headquarters is not known to have them, ${wayOut(`${names.join(', ')}${more}`, first.sha256)}`,
    )
  }
  return ok(check, away === 0 ? `${here}, all here` : `${here} here, ${away} at headquarters`)
}

/** Not a fault: the station puts them aside by itself and removes them after 30 days. */
function unnamedFinding(db: Database, folder: string): Finding[] {
  const known = new Set(db.rows<[string]>(sql`SELECT sha256 FROM attachments`).flat())
  const names = (from: string) =>
    existsSync(from) ? readdirSync(from).filter((name) => HASH_NAME.test(name)) : []
  const files = [folder, join(folder, UNUSED)].flatMap((from) =>
    names(from)
      .filter((name) => !known.has(name))
      .map((name) => join(from, name)),
  )
  if (files.length === 0) return []
  const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
  return [
    note(
      'unnamed',
      `${files.length} files of attachments that no row names, ${bytes} bytes: the station removes them after 30 days`,
    ),
  ]
}
