import { fold } from '../../model/identifier.ts'
import type { MetadataFilter, MetadataTest } from '../../model/metadata.ts'
import { among, type Query, sql } from './sql.ts'

/** What a filter asks of the metadata in a column. */
export function metadataTests(column: Query, filter: MetadataFilter): Query[] {
  // The key's alphabet has no quote in it.
  return Object.entries(filter).flatMap(([key, test]) => testsOf(column, `$."${key}"`, test))
}

/** Each test wants its own kind of value: the text "5" is not the number 5. */
function testsOf(column: Query, path: string, test: MetadataTest): Query[] {
  const kind = sql`json_type(${column}, ${path})`
  const value = sql`(${column} ->> ${path})`
  const found: Query[] = []
  if (test.in) found.push(sql`(${kind} = 'text' AND ${value} IN ${among(test.in)})`)
  if (test.contains !== undefined)
    found.push(sql`(${kind} = 'text' AND instr(lower(${value}), ${fold(test.contains)}))`)
  if (typeof test.eq === 'boolean') found.push(sql`${kind} = ${String(test.eq)}`)
  const bounds: readonly (readonly [sign: Query, bound: number | boolean | undefined])[] = [
    [sql`=`, test.eq],
    [sql`>=`, test.gte],
    [sql`<=`, test.lte],
    [sql`>`, test.gt],
    [sql`<`, test.lt],
  ]
  for (const [sign, bound] of bounds)
    if (typeof bound === 'number')
      found.push(sql`(${kind} IN ('integer', 'real') AND ${value} ${sign} ${bound})`)
  return found
}
