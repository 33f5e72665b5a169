import { type Refusal, isRefusal, refuse } from '../model/error.ts'
import { parseBody } from './body.ts'
import { type Caller, type Found, type Input, type Route, createRouter } from './routes.ts'
import { type Target, parseQuery, splitTarget } from './target.ts'
import { type WireAnswer, type WireRequest, refused } from './wire.ts'

/**
 * Answers requests. Never throws: what nobody expected is logged and answered as 500 without details.
 * `vouched` is who asks where whatever carries the request knows it by itself: the window acts as its operator, without a key.
 */
export type App = (request: WireRequest, vouched?: Caller) => WireAnswer | Promise<WireAnswer>

export interface AppParts {
  /** The contract's operations, served under both `/v2` and `/api/v2`. */
  readonly contract: readonly Route[]
  /** The server's own operations, served under the path they name. */
  readonly own: readonly Route[]
  /** Pages that need no key: health, documentation, the operator's page. Not asked for the contract's paths. */
  readonly open: (request: WireRequest, target: Target) => WireAnswer | Promise<WireAnswer> | undefined
  /** Who is asking, from the Authorization header. */
  readonly authenticate: (authorization: string | undefined) => Caller | Refusal
  /** Answers known already; asked once the caller is known, and only for GET. */
  readonly remembered?: (request: WireRequest, caller: Caller) => WireAnswer | undefined
  /** What a defect of what the app stands on is called; of all others the caller is told nothing. */
  readonly explain?: (error: unknown) => Refusal | undefined
  /** Hears of every defect. */
  readonly onDefect: (error: unknown, request: WireRequest) => void
}

/** How many segments lead to the contract: one for `/v2`, two for `/api/v2`, none for everything else. */
function mountOf(segments: readonly string[]): 0 | 1 | 2 {
  const first = segments[0]?.toLowerCase()
  if (first === 'v2') return 1
  return first === 'api' && segments[1]?.toLowerCase() === 'v2' ? 2 : 0
}

/** The whole journey of a request after the door, in the order of checks of contract v2 §1.4. */
export function createApp(parts: AppParts): App {
  const contract = createRouter(parts.contract)
  const own = createRouter(parts.own)

  function find({ segments }: Target, method: string): Found | 'bad escape' | undefined {
    const mount = mountOf(segments)
    return mount === 0 ? own(method, segments) : contract(method, segments.slice(mount))
  }

  /** unknown route → media type → JSON → key → rights → schema */
  function check(
    request: WireRequest,
    target: Target,
    whoAsks: () => Caller | Refusal,
  ): { found: Found; input: Input } | Refusal {
    const found = find(target, request.method)
    if (found === undefined)
      return refuse('NOT_FOUND', `No operation ${request.method} ${request.target.split('?', 1)[0]}`)
    if (found === 'bad escape') return refuse('BAD_REQUEST', 'The path contains a bad percent escape')
    const { endpoint, arrays, has_body } = found.route
    const sent = has_body ? parseBody(request.header('content-type'), request.body) : {}
    if (isRefusal(sent)) return sent
    const caller = whoAsks()
    if (isRefusal(caller)) return caller
    if (endpoint.access !== 'any' && endpoint.access !== caller.actor.kind)
      return refuse(
        'FORBIDDEN',
        `Forbidden: ${endpoint.summary.toLowerCase()} needs a ${endpoint.access} key`,
      )

    const params = endpoint.params.safeParse(found.params)
    const query = endpoint.query.safeParse(parseQuery(target.query, arrays))
    const body = endpoint.body.safeParse(sent)
    const issues = [params, query, body].flatMap((part) => part.error?.issues ?? [])
    if (issues.length > 0) return refuse('BAD_REQUEST', 'Input validation failed', { issues })
    return { found, input: { params: params.data, query: query.data, body: body.data, caller, request } }
  }

  function answer(request: WireRequest, vouched: Caller | undefined): WireAnswer | Promise<WireAnswer> {
    const target = splitTarget(request.target)
    const open = mountOf(target.segments) === 0 ? parts.open(request, target) : undefined
    if (open !== undefined) return open
    let asked: Caller | Refusal | undefined = vouched
    const whoAsks = () => (asked ??= parts.authenticate(request.header('authorization')))
    if (request.method === 'GET' && parts.remembered) {
      const caller = whoAsks()
      const known = isRefusal(caller) ? undefined : parts.remembered(request, caller)
      if (known !== undefined) return known
    }
    const checked = check(request, target, whoAsks)
    return isRefusal(checked) ? refused(checked) : checked.found.route.answer(checked.input)
  }

  function defect(error: unknown, request: WireRequest): WireAnswer {
    parts.onDefect(error, request)
    return refused(parts.explain?.(error) ?? refuse('INTERNAL_SERVER_ERROR', 'Internal server error'))
  }

  return (request, vouched) => {
    try {
      const answered = answer(request, vouched)
      return answered instanceof Promise
        ? answered.catch((error: unknown) => defect(error, request))
        : answered
    } catch (error) {
      return defect(error, request)
    }
  }
}
