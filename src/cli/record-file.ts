import { createReadStream, openSync, readSync, closeSync, statSync } from 'node:fs'
import { pipeline, Transform } from 'node:stream'

import { type CsvError, parse } from 'csv-parse'
import { streamArray } from 'stream-json/streamers/stream-array.js'

import { codeOf, type Problem, problem, wordsOf } from '../host/problem.ts'
import { recordFields } from '../model/record.ts'

/** One line of a file: what it holds, or why it cannot be read. */
export interface FileLine {
  /** Line of a CSV file; place in the list of a JSON file, counted from 1. */
  readonly line: number
  readonly content?: unknown
  readonly bad?: string
  /** Bytes read so far. */
  readonly read: number
}

export interface RecordFile {
  readonly format: 'csv' | 'json'
  readonly bytes: number
  /** Ends in a problem if the file as a whole cannot be read. */
  readonly lines: AsyncIterable<FileLine | Problem>
}

/** Opens a file by the ending of its name. */
export function openRecordFile(file: string): RecordFile | Problem {
  const format = /\.(csv|json)$/i.exec(file)?.[1]?.toLowerCase() as 'csv' | 'json' | undefined
  if (!format)
    return problem(`${file} ends in neither .csv nor .json`, 'Give a file in one of these two formats')
  try {
    const bytes = statSync(file).size
    return { format, bytes, lines: format === 'csv' ? csvLines(file) : jsonLines(file) }
  } catch (error) {
    return problem(
      `${file} cannot be read (${codeOf(error) || wordsOf(error)})`,
      'Give the path of a readable file',
    )
  }
}

async function* csvLines(file: string): AsyncGenerator<FileLine | Problem> {
  const skipped: CsvError[] = []
  let unclosed: CsvError | undefined
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(file),
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip(error) {
      if (error?.code === 'CSV_QUOTE_NOT_CLOSED') unclosed = error
      else if (error) skipped.push(error)
    },
    columns: (names: string[]) => names.map((name) => knownColumn(name.trim())),
  })
  const counting = counter()
  pipeline(createReadStream(file), counting.stream, parser, () => {})
  const badLines = () =>
    skipped.splice(0).map((error) => ({
      line: (error as unknown as { lines: number }).lines,
      bad:
        error.code === 'CSV_RECORD_INCONSISTENT_COLUMNS'
          ? 'it has more or fewer fields than the first line'
          : error.message,
      read: counting.bytes(),
    }))
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: Record<string, string>
      info: { lines: number }
    }>) {
      yield* badLines()
      yield { line: info.lines, ...csvContent(record), read: counting.bytes() }
    }
    yield* badLines()
    // From there on the file was read as one field: what its lines hold is not known.
    if (unclosed) yield notRecords(file, unclosed)
  } catch (error) {
    yield notRecords(file, error)
  }
}

/** An empty field is an absent one; metadata is JSON in its field. */
function csvContent(fields: Record<string, string>): { content: unknown } | { bad: string } {
  const content: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(fields)) if (text !== '') content[name] = text
  if (typeof content['metadata'] !== 'string') return { content }
  try {
    return { content: { ...content, metadata: JSON.parse(content['metadata']) as unknown } }
  } catch (error) {
    return { bad: `metadata is not JSON: ${wordsOf(error)}` }
  }
}

function knownColumn(name: string): string {
  if ((recordFields as readonly string[]).includes(name)) return name
  throw new Error(`its column "${name}" is not one of ${recordFields.join(', ')}`)
}

/** Spreadsheets of some countries write semicolons: the first line tells. */
function delimiterOf(file: string): ',' | ';' | '\t' {
  const start = Buffer.alloc(4_096)
  const handle = openSync(file, 'r')
  const size = readSync(handle, start, 0, start.length, 0)
  closeSync(handle)
  const [header = ''] = start.toString('utf8', 0, size).split(/\r?\n/)
  return header.includes(',') ? ',' : header.includes(';') ? ';' : header.includes('\t') ? '\t' : ','
}

async function* jsonLines(file: string): AsyncGenerator<FileLine | Problem> {
  const counting = counter()
  const parser = streamArray.withParserAsStream()
  pipeline(createReadStream(file), counting.stream, parser, () => {})
  try {
    for await (const { key, value } of parser as AsyncIterable<{ key: number; value: unknown }>)
      yield { line: key + 1, content: value, read: counting.bytes() }
  } catch (error) {
    yield notRecords(file, error)
  }
}

function notRecords(file: string, error: unknown): Problem {
  return problem(
    `${file} is not a ${file.toLowerCase().endsWith('csv') ? 'CSV file' : 'JSON list'} of records (${wordsOf(error).replace(/\.$/, '')})`,
    'Nothing was changed; see docs/cli.md for the format',
  )
}

function counter(): { stream: Transform; bytes: () => number } {
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(null, chunk)
    },
  })
  return { stream, bytes: () => bytes }
}
