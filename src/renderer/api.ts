import type { z } from 'zod'

import { SESSION_PATH } from '../model/desk.ts'
import type { Endpoint } from '../model/endpoint.ts'
import { ownErrorBody } from '../model/error.ts'
import { ApiProblem } from './problem.ts'

/** Query values as they are written into the address; an array is a repeated name. */
export type QueryValues = Readonly<Record<string, string | number | readonly string[] | undefined>>

export interface CallOptions<E extends Endpoint> {
  readonly params?: z.input<E['params']>
  readonly query?: QueryValues
  readonly body?: z.input<E['body']>
  readonly signal?: AbortSignal
}

/**
 * Asks the station this page came from. The only place that does: the same address serves the window and a browser.
 * @throws ApiProblem
 */
export async function call<E extends Endpoint>(
  endpoint: E,
  { params, query, body, signal }: CallOptions<E> = {},
): Promise<z.output<E['answer']>> {
  const answered = await send(endpoint.method, pathOf(endpoint.path, params) + queryText(query), body, signal)
  return endpoint.answer.parse(answered) as z.output<E['answer']>
}

/** Signs this browser in; the key goes into a cookie that no script can read. */
export const signIn = (key: string) => send('POST', SESSION_PATH, { key })
export const signOut = () => send('DELETE', SESSION_PATH)

/**
 * The bytes behind a link to a file. The link begins with the name by which this page calls the station, so only its path counts.
 * @throws ApiProblem also where they end too early
 */
export async function loadFile(url: string): Promise<Blob> {
  const response = await reach(new URL(url).pathname)
  if (!response.ok) throw problemOf(response.status, await jsonOf(response))
  return response.blob().catch(() => {
    throw unreachable()
  })
}

async function send(method: string, target: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  const response = await reach(target, {
    method,
    ...(signal ? { signal } : {}),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const json = await jsonOf(response)
  if (response.ok) return json
  throw problemOf(response.status, json)
}

const unreachable = () => new ApiProblem('UNREACHABLE', 'The station does not answer')

async function reach(target: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(target, { credentials: 'same-origin', cache: 'no-store', ...init })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw unreachable()
  }
}

const jsonOf = (response: Response): Promise<unknown> => response.json().catch(() => undefined)

function problemOf(status: number, json: unknown): ApiProblem {
  const refusal = ownErrorBody.safeParse(json)
  if (!refusal.success) return new ApiProblem('INTERNAL_SERVER_ERROR', `HTTP ${status}`)
  const { code, message, issues, reason, technical } = refusal.data
  const [issue] = issues ?? []
  return new ApiProblem(code, issue?.message ?? message, { issue, reason, technical })
}

/** The contract's operations are served under `/v2`, the station's own under the path they name. */
function pathOf(path: string, params: unknown = {}): string {
  const values = params as Readonly<Record<string, string>>
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name]!))
  return path.startsWith('/station/') ? filled : `/v2${filled}`
}

function queryText(query: QueryValues = {}): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [String(value)])
      pairs.append(name, one)
  }
  return pairs.size === 0 ? '' : `?${pairs.toString()}`
}
