import type { SqlValue } from './sql.ts'

/** New rows of one table. */
export interface Filling {
  readonly table: string
  readonly columns: readonly string[]
  /** The rows as the text that `COPY` takes: a line for each, with a tab between its values. */
  readonly lines: string
}

type FilledValue = Exclude<SqlValue, Uint8Array | readonly unknown[]>

/** One row of a filling. JSON goes in as its text. */
export function lineOf(values: readonly FilledValue[]): string {
  let line = ''
  for (const [i, value] of values.entries()) line += i === 0 ? fieldOf(value) : `\t${fieldOf(value)}`
  return `${line}\n`
}

const MARKED = /[\\\n\r\t]/
const marks: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function fieldOf(value: FilledValue): string {
  if (value === null) return '\\N'
  if (typeof value !== 'string') return String(value)
  return MARKED.test(value) ? value.replaceAll(/[\\\n\r\t]/g, (mark) => marks[mark]!) : value
}

export const copyOf = ({ table, columns }: Filling, source: 'STDIN' | "'/dev/blob'") =>
  `COPY ${table} (${columns.join(', ')}) FROM ${source}`

/** The bytes of the lines. Half a character would become another one on the way. */
export function bytesOf({ table, lines }: Filling): Buffer<ArrayBuffer> {
  if (!lines.isWellFormed()) throw new RefusedText(table)
  return Buffer.from(lines)
}

/** As PostgreSQL says it. */
class RefusedText extends Error {
  readonly code = '22021'
  constructor(table: string) {
    super(`a text for ${table} has half a character`)
  }
}
