import { once } from 'node:events'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Writable } from 'node:stream'

import { stringify } from 'csv-stringify/sync'

import { codeOf, isProblem, type Problem, problem, wordsOf } from '../host/problem.ts'
import { isDamage, type ReadableDb } from '../main/store/database.ts'
import { countRows, listRecords } from '../main/store/record-list.ts'
import { type FileRecord, recordFields } from '../model/record.ts'
import { openForReading } from './reading.ts'
import { remark, type Given } from './command.ts'
import { type Progress, startProgress } from './progress.ts'

export async function run({ words: [file], flags, config }: Given): Promise<number | Problem> {
  const format = flags['format'] ?? /\.(csv|json)$/i.exec(file ?? '')?.[1]?.toLowerCase() ?? 'csv'
  if (format !== 'csv' && format !== 'json') return problem(`--format is "${format}"`, 'Give csv or json')
  const db = openForReading(config)
  if (isProblem(db)) return db
  // One transaction: the file shows one moment of the station, however long it takes and whatever is written meanwhile.
  db.execute('BEGIN')
  const { batches, units } = countRows(db)
  const progress = startProgress('exporting', units)
  try {
    const chunks = format === 'csv' ? csvChunks(db) : jsonChunks(db)
    const failed = file ? await writeFile(resolve(file), chunks, progress) : await writeOut(chunks)
    if (failed !== undefined) return failed
  } finally {
    progress.stop()
    db.close()
  }
  remark(`${batches} batches and ${units} units exported`)
  return 0
}

/** Whole or not at all: what is there under this name stays until the new file is complete. */
async function writeFile(
  file: string,
  chunks: Iterable<Chunk>,
  progress: Progress,
): Promise<Problem | undefined> {
  const part = `${file}.part`
  try {
    const out = createWriteStream(part, { flush: true })
    await once(out, 'open')
    await write(out, chunks, progress)
    out.end()
    await once(out, 'close')
    renameSync(part, file)
    return undefined
  } catch (error) {
    rmSync(part, { force: true })
    if (isDamage(error)) throw error
    return problem(
      `${file} cannot be written (${codeOf(error) || wordsOf(error)})`,
      'Give a path with room and the right to write',
    )
  }
}

async function writeOut(chunks: Iterable<Chunk>): Promise<Problem | number | undefined> {
  try {
    await write(process.stdout, chunks)
    return undefined
  } catch (error) {
    // The reader has seen enough (`| head`): it knows why.
    if (codeOf(error) === 'EPIPE') return 1
    if (isDamage(error)) throw error
    return problem(`the export was cut off (${codeOf(error) || wordsOf(error)})`, 'Give a FILE to write to')
  }
}

async function write(out: Writable, chunks: Iterable<Chunk>, progress?: Progress): Promise<void> {
  let done = 0
  for (const { text, records } of chunks) {
    await new Promise<void>((resolve, reject) =>
      out.write(text, (error) => (error ? reject(error) : resolve())),
    )
    progress?.to((done += records))
  }
}

interface Chunk {
  readonly text: string
  readonly records: number
}

/** Records turned to text at once: enough to be quick, too few to be felt in memory. */
const CHUNK = 500

function* csvChunks(db: ReadableDb): Generator<Chunk> {
  yield { text: stringify([[...recordFields]]), records: 0 }
  for (const records of slices(listRecords(db)))
    yield { text: stringify(records, { columns: [...recordFields] }), records: records.length }
}

/** One record on each line, so that files can be compared line by line. */
function* jsonChunks(db: ReadableDb): Generator<Chunk> {
  let before = '[\n'
  for (const records of slices(listRecords(db))) {
    yield {
      text: before + records.map((record) => JSON.stringify(record)).join(',\n'),
      records: records.length,
    }
    before = ',\n'
  }
  yield { text: before === '[\n' ? '[]\n' : '\n]\n', records: 0 }
}

function* slices(records: Iterable<FileRecord>): Generator<FileRecord[]> {
  let slice: FileRecord[] = []
  for (const record of records) {
    slice.push(record)
    if (slice.length < CHUNK) continue
    yield slice
    slice = []
  }
  if (slice.length > 0) yield slice
}
