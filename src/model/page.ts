import { z } from 'zod'

/** Page size of a list when the caller names none, and the most it may ask for (contract v2 §2.1). */
export const LIMIT_DEFAULT = 50
export const LIMIT_MAX = 100

/** Query parameter with one value, read as the vendor's adapter does: by `Number()`, so `5.0` is 5 (contract v2 §2.0). */
export const integer = (label: string, min: number, max: number) =>
  z
    .string(`${label} must be given once`)
    .meta({ type: 'integer', minimum: min, maximum: max })
    .transform(Number)
    .pipe(
      z
        .number(`${label} must be a number`)
        .int(`${label} must be a whole number`)
        .min(min, `${label} must be at least ${min}`)
        .max(max, `${label} must be at most ${max}`),
    )

/** Query parameter `true`, `1`, `false` or `0` (contract v2 §2.0). */
export const flag = (label: string) =>
  z
    .enum(['true', '1', 'false', '0'], `${label} must be true or false`)
    .meta({ type: 'boolean', enum: [true, false] })
    .transform((text) => text === 'true' || text === '1')

/** Repeated query parameter; a single value arrives as an array of one. A comma is data (contract v2 §2.0). */
export const many = <Item extends z.ZodType<unknown, string>>(item: Item) => z.array(item).optional()

/** Search text of a list: at most 100 characters; empty means absent. */
export const searchQuery = z
  .string('Search query must be given once')
  .max(100, 'Search query must contain at most 100 characters')
  .transform((text) => (text === '' ? undefined : text))
  .optional()

/** `limit` and `cursor` of every list: the cursor is a zero-based row offset (contract v2 §4). */
export const pageQuery = {
  limit: integer('Limit', 1, LIMIT_MAX).default(LIMIT_DEFAULT),
  cursor: integer('Cursor', 0, Number.MAX_SAFE_INTEGER).default(0),
}

/** Answer of every list. `next_cursor` is always present, null on the last page. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    meta: z.object({ has_more: z.boolean(), next_cursor: z.int().nullable() }),
  })

export interface Page<Item> {
  data: Item[]
  meta: { has_more: boolean; next_cursor: number | null }
}

/**
 * Cuts a page out of rows fetched one further than `limit`: the row too many is what `has_more` means.
 * @param rows at most `limit + 1` rows, starting at offset `cursor`
 */
export function page<Item>(rows: Item[], limit: number, cursor: number): Page<Item> {
  const has_more = rows.length > limit
  return {
    data: has_more ? rows.slice(0, limit) : rows,
    meta: { has_more, next_cursor: has_more ? cursor + limit : null },
  }
}
