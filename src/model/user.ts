import { z } from 'zod'

import { endpoint } from './endpoint.ts'
import { flag } from './page.ts'
import { none } from './wire.ts'

const userItem = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  image: z.string().nullable(),
  banned: z.boolean(),
})
export type UserItem = z.infer<typeof userItem>

export const userEndpoints = {
  /** A bare array: no page, no `data` (contract v2 §2.7). */
  list: endpoint({
    method: 'GET',
    path: '/users',
    summary: 'List users, or with current=true the one who asks',
    access: 'any',
    params: none,
    query: z.object({ current: flag('Current').default(false) }),
    body: none,
    answer: z.array(userItem),
  }),
  /** Not on the contract's pages; the official clients of autumn 2026 ask it. */
  current: endpoint({
    method: 'GET',
    path: '/users/current',
    summary: 'Get the user who asks',
    access: 'user',
    params: none,
    query: none,
    body: none,
    answer: userItem,
  }),
}
