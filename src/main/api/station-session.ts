import type { App } from '../../http/app.ts'
import { parseBody } from '../../http/body.ts'
import { type WireAnswer, type WireRequest, ok, refused } from '../../http/wire.ts'
import { SESSION_PATH, sessionBody } from '../../model/desk.ts'
import { isRefusal, refuse } from '../../model/error.ts'
import type { ReadableDb } from '../store/database.ts'
import { findKey } from '../store/keys.ts'

const COOKIE = 'lotkeeper_key'
/** Half a year: a station's browser is signed in once. A revoked key ends it at once. */
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict; Max-Age=15552000'

/**
 * Lets a browser on this PC sign in once with a key, which it then keeps where scripts cannot read it.
 *
 * A cookie goes to every port of a host, and for a browser all ports of this PC are one site: another program's page could
 * make it send ours. So the cookie counts only in requests of our own page, which the browser itself vouches for.
 */
export function withSession(app: App, db: ReadableDb): App {
  return (request, vouched) => {
    if (request.target === SESSION_PATH) return session(db, request)
    const key = vouched === undefined ? keyOfCookie(request) : undefined
    return app(request, key === undefined ? vouched : findKey(db, key))
  }
}

function keyOfCookie(request: WireRequest): string | undefined {
  if (request.header('authorization') !== undefined) return undefined
  const cookies = request.header('cookie')
  if (cookies === undefined || !fromOwnPage(request)) return undefined
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([^;\\s]+)`).exec(cookies)?.[1]
}

/** Browsers say where a request comes from and let no page change it; older ones at least name the page's origin. */
function fromOwnPage(request: WireRequest): boolean {
  const site = request.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  return request.header('origin') === `http://${request.header('host')}`
}

function session(db: ReadableDb, request: WireRequest): WireAnswer {
  if (!fromOwnPage(request))
    return refused(refuse('FORBIDDEN', 'Forbidden: only the page of this station signs in here'))
  if (request.method === 'DELETE')
    return withCookie(ok('{}'), `${COOKIE}=; ${ATTRIBUTES}`.replace(/Max-Age=\d+/, 'Max-Age=0'))
  if (request.method !== 'POST')
    return refused(refuse('NOT_FOUND', `No operation ${request.method} ${SESSION_PATH}`))
  const sent = parseBody(request.header('content-type'), request.body)
  if (isRefusal(sent)) return refused(sent)
  const checked = sessionBody.safeParse(sent)
  if (!checked.success)
    return refused(refuse('BAD_REQUEST', 'Input validation failed', { issues: checked.error.issues }))
  const key = checked.data.key.trim()
  const found = /^[\w.-]+$/.test(key) ? findKey(db, key) : undefined
  if (found === undefined)
    return refused(refuse('UNAUTHORIZED', 'Unauthorized: this API key is not known here, or it was revoked'))
  return withCookie(ok(JSON.stringify({ kind: found.actor.kind })), `${COOKIE}=${key}; ${ATTRIBUTES}`)
}

const withCookie = (answer: WireAnswer, cookie: string): WireAnswer => ({
  ...answer,
  headers: { 'set-cookie': cookie },
})
