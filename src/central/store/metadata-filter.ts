import type { MetadataFilter, MetadataTest } from '../../model/metadata.ts'
import { among, pieceOf } from './filters.ts'
import { type Query, sql } from './sql.ts'

/** What a filter asks of the metadata in a column. */
export const metadataTests = (column: Query, filter: MetadataFilter): Query[] =>
  Object.entries(filter).flatMap(([key, test]) => testsOf(column, key, test))

/** Each test wants its own kind of value: the text "5" is not the number 5. */
function testsOf(column: Query, key: string, test: MetadataTest): Query[] {
  const kind = sql`json_typeof(${column} -> ${key}::text)`
  const value = sql`(${column} ->> ${key}::text)`
  const found: Query[] = []
  if (test.in) found.push(sql`(${kind} = 'string' AND ${value} ${among(test.in)})`)
  if (test.contains !== undefined)
    found.push(sql`(${kind} = 'string' AND lower(${value} COLLATE "C") LIKE ${pieceOf(test.contains)})`)
  if (typeof test.eq === 'boolean') found.push(sql`(${kind} = 'boolean' AND ${value} = ${String(test.eq)})`)
  const bounds: readonly (readonly [sign: Query, bound: number | boolean | undefined])[] = [
    [sql`=`, test.eq],
    [sql`>=`, test.gte],
    [sql`<=`, test.lte],
    [sql`>`, test.gt],
    [sql`<`, test.lt],
  ]
  // CASE, not AND: a text must not be read as a number before its kind was looked at.
  for (const [sign, bound] of bounds)
    if (typeof bound === 'number')
      found.push(
        sql`CASE WHEN ${kind} = 'number' THEN ${value}::numeric ${sign} ${bound}::numeric ELSE false END`,
      )
  return found
}
