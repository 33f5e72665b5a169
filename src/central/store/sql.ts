export type SqlValue = string | number | boolean | null | Uint8Array | readonly string[] | readonly number[]

/** SQL text and its bound values, never apart. Made only by `sql` and the functions beside it. */
export interface Query {
  /** One piece more than there are values. */
  readonly pieces: readonly string[]
  readonly values: readonly SqlValue[]
}

/** SQL as SQL: `${}` binds a value, or splices another query in with its values. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (SqlValue | Query)[]): Query {
  const pieces = [strings[0]!]
  const values: SqlValue[] = []
  parts.forEach((part, i) => {
    if (isQuery(part)) {
      pieces[pieces.length - 1] += part.pieces[0]!
      pieces.push(...part.pieces.slice(1))
      values.push(...part.values)
      pieces[pieces.length - 1] += strings[i + 1]!
    } else {
      values.push(part)
      pieces.push(strings[i + 1]!)
    }
  })
  return { pieces, values }
}

/** Joins queries with a separator, e.g. conditions with ` AND `. */
export function join(queries: readonly Query[], separator: string): Query {
  return queries.reduce((all, query, i) =>
    i === 0 ? query : sql`${all}${{ pieces: [separator], values: [] }}${query}`,
  )
}

/** The name of a table or column that this program knows: never what came from outside. */
export const name = (text: string): Query => ({ pieces: [text], values: [] })

/** The text as PostgreSQL takes it: `$1`, `$2`, … */
export const textOf = ({ pieces }: Query) =>
  pieces.reduce((text, piece, i) => (i === 0 ? piece : `${text}$${i}${piece}`), '')

/** PostgreSQL has no zero character in texts. What asks for one finds nothing; what is to be stored was looked at before. */
export const valuesOf = ({ values }: Query): unknown[] =>
  values.map((value) => {
    if (typeof value === 'string') return withoutZero(value)
    return Array.isArray(value)
      ? value.map((one: unknown) => (typeof one === 'string' ? withoutZero(one) : one))
      : value
  })

const withoutZero = (text: string) => (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text)

const isQuery = (part: SqlValue | Query): part is Query =>
  typeof part === 'object' && part !== null && 'pieces' in part
