/** What SQLite stores and gives back. */
export type SqlValue = string | number | bigint | null | Uint8Array

/** SQL text and its bound values, never apart. Made only by `sql` and the functions beside it. */
export interface Query {
  readonly text: string
  readonly values: readonly SqlValue[]
}

/**
 * A bound value. The plus means nothing to the value; it keeps SQLite from planning by it: with a bare `?` a join is
 * prepared anew on every execution (better-sqlite3 is built with STAT4), which costs it ten times its own work.
 */
const BOUND = '+?'

const texts = new WeakMap<TemplateStringsArray, string>()

/** SQL as SQL: `${}` binds a value, or splices another query in with its values. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlValue | Query)[]): Query {
  if (parts.every(isValue)) {
    let text = texts.get(strings)
    if (text === undefined) texts.set(strings, (text = strings.join(BOUND)))
    return { text, values: parts }
  }
  let text = strings[0]!
  const values: SqlValue[] = []
  parts.forEach((part, i) => {
    if (isValue(part)) {
      text += BOUND
      values.push(part)
    } else {
      text += part.text
      values.push(...part.values)
    }
    text += strings[i + 1]!
  })
  return { text, values }
}

/** Joins queries with a separator, e.g. conditions with ` AND `. */
export function join(queries: readonly Query[], separator: string): Query {
  return {
    text: queries.map((query) => query.text).join(separator),
    values: queries.flatMap((query) => query.values),
  }
}

/** How many rows one statement writes: so few different texts are prepared once, whatever number comes. */
const AT_ONCE = [32, 8, 1]

/**
 * Rows of values in as few statements as that allows: to bind and to begin one costs as much as to write a row.
 * @param head the statement up to `VALUES`
 * @param tail what comes behind the values
 */
export function insertMany(head: string, rows: readonly (readonly SqlValue[])[], tail = ''): Query[] {
  const queries: Query[] = []
  let from = 0
  for (const size of AT_ONCE)
    for (; rows.length - from >= size; from += size)
      queries.push({
        text: textOf(head, rows[from]!.length, size, tail),
        values: rows.slice(from, from + size).flat(),
      })
  return queries
}

const manyTexts = new Map<string, string>()

function textOf(head: string, columns: number, rows: number, tail: string): string {
  const name = `${rows} ${head} ${tail}`
  let text = manyTexts.get(name)
  if (text === undefined) {
    const row = `(${Array(columns).fill(BOUND).join(', ')})`
    manyTexts.set(name, (text = `${head} VALUES ${Array(rows).fill(row).join(', ')} ${tail}`))
  }
  return text
}

/** The right side of `IN`: one bound value however many there are, so that the text is prepared once. */
export const among = (values: readonly string[]): Query =>
  sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`

/** The column holds one of these; with none of them, no row is looked at. */
export const oneOf = (column: Query, pks: readonly number[]): Query =>
  pks.length === 0 ? sql`FALSE` : sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(pks)}))`

const isValue = (part: SqlValue | Query): part is SqlValue =>
  typeof part !== 'object' || part === null || part instanceof Uint8Array
