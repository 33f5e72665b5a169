import { z } from 'zod'

/** Whoever a key belongs to: a person, or the station itself. Exactly one creator is set on what they make (contract v2 §2.3). */
export const actor = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), id: z.string() }),
  z.object({ kind: z.literal('station'), id: z.string() }),
])
export type Actor = Readonly<z.infer<typeof actor>>

/** `created_by_user` of an answer. */
export const createdByUser = z.object({ id: z.string(), name: z.string().nullable() }).nullable()
/** `created_by_station` of an answer. */
export const createdByStation = z.object({ id: z.string(), name: z.string() }).nullable()
