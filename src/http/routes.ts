import type { z } from 'zod'

import type { Actor } from '../model/actor.ts'
import type { Endpoint } from '../model/endpoint.ts'
import { none } from '../model/wire.ts'
import { decodeSegment } from './target.ts'
import type { WireAnswer, WireRequest } from './wire.ts'

/** Whose key it was. */
export interface Caller {
  readonly key_id: string
  readonly actor: Actor
}

/** What a handler gets: everything parsed, nothing left to check. */
export interface Input<E extends Endpoint = Endpoint> {
  readonly params: z.output<E['params']>
  readonly query: z.output<E['query']>
  readonly body: z.output<E['body']>
  readonly caller: Caller
  readonly request: WireRequest
}

/** An endpoint and what answers it. */
export interface Route {
  readonly endpoint: Endpoint
  readonly answer: (input: Input) => WireAnswer | Promise<WireAnswer>
}

/** Joins an endpoint with its handler; the types of the one bind the other. */
export function route<E extends Endpoint>(
  endpoint: E,
  answer: (input: Input<E>) => WireAnswer | Promise<WireAnswer>,
): Route {
  return { endpoint, answer }
}

export interface Found {
  readonly route: Prepared
  readonly params: Record<string, string>
}

/** A route with what is worked out once: its segments, and which query parameters are arrays. */
interface Prepared extends Route {
  readonly segments: readonly string[]
  readonly arrays: ReadonlySet<string>
  readonly has_body: boolean
}

export type Router = (method: string, segments: readonly string[]) => Found | 'bad escape' | undefined

/** Finds the route of a path. Fixed names match in any case and before parameters; a wrong method is an unknown route (contract v2 §1.4). */
export function createRouter(routes: readonly Route[]): Router {
  const byMethod = new Map<string, Prepared[]>()
  for (const { endpoint, answer } of routes) {
    const prepared = {
      endpoint,
      answer,
      segments: endpoint.path.split('/').slice(1),
      arrays: arrayNames(endpoint.query),
      has_body: endpoint.body !== none,
    }
    byMethod.set(endpoint.method, [...(byMethod.get(endpoint.method) ?? []), prepared])
  }
  // Fixed names come before parameters: /stations/current before /stations/{id}.
  for (const list of byMethod.values()) list.sort((a, b) => parameters(a) - parameters(b))

  return (method, segments) => {
    for (const candidate of byMethod.get(method) ?? []) {
      const params = match(candidate.segments, segments)
      if (params === 'bad escape') return params
      if (params !== undefined) return { route: candidate, params }
    }
    return undefined
  }
}

const parameters = (route: Prepared) => route.segments.filter((segment) => segment.startsWith('{')).length

function match(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | 'bad escape' | undefined {
  if (pattern.length !== segments.length) return undefined
  for (let i = 0; i < pattern.length; i++) {
    if (!pattern[i]!.startsWith('{') && pattern[i] !== segments[i]!.toLowerCase()) return undefined
  }
  const params: Record<string, string> = {}
  for (let i = 0; i < pattern.length; i++) {
    if (!pattern[i]!.startsWith('{')) continue
    const value = decodeSegment(segments[i]!)
    if (value === undefined) return 'bad escape'
    params[pattern[i]!.slice(1, -1)] = value
  }
  return params
}

function arrayNames(query: z.ZodType): ReadonlySet<string> {
  const shape = (query as z.ZodObject).shape
  return new Set(Object.keys(shape).filter((name) => innermost(shape[name] as z.ZodType).type === 'array'))
}

function innermost(schema: z.ZodType): { readonly type: string } {
  const { def } = schema as { def: { type: string; innerType?: z.ZodType } } & z.ZodType
  return def.innerType === undefined ? def : innermost(def.innerType)
}
