import { z } from 'zod'

/** Nothing is read from this place of the request. */
export const none = z.object({})

/** The answer that names only the row it touched. */
export const rowId = z.object({ id: z.string() })
