import type { z } from 'zod'

/** Who may call: any key, user keys only, or station keys only (contract v2 §2.11). The others get 403 before anything else is looked at. */
export type Access = 'any' | 'user' | 'station'

/**
 * One operation on the wire, declared once: the router, the checks, the clients' types and `/openapi.json` all read it.
 * Paths are written without the mount point; `/v2` and `/api/v2` serve the same table.
 */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Segments; `{name}` stands for one decoded path parameter. */
  readonly path: `/${string}`
  readonly summary: string
  readonly access: Access
  /** Which errors beyond 400, 401, 403 and 500 the operation has, for the documentation. */
  readonly refusals?: readonly (404 | 409 | 422)[]
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly answer: Answer
}

/** Declares an endpoint and keeps the types of its schemas. */
export function endpoint<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  declaration: Endpoint<P, Q, B, A>,
): Endpoint<P, Q, B, A> {
  return declaration
}
