import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { version } from '../../host/version.ts'
import { openApi } from '../../http/openapi.ts'
import type { Route } from '../../http/routes.ts'
import type { Target } from '../../http/target.ts'
import { ok, type WireAnswer, type WireRequest } from '../../http/wire.ts'

const FOLDER = join(import.meta.dirname, '../page')

/** The page talks to the server it came from and to nobody else; nothing in it may be framed or run inline. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const file = (name: string, type: string) => (): WireAnswer => ({
  status: 200,
  type: `${type}; charset=utf-8`,
  body: readFileSync(join(FOLDER, name)),
  headers: { 'content-security-policy': POLICY, 'referrer-policy': 'no-referrer' },
})

/** Pages that need no key: nothing of the data is in them. Made once, when first asked for. */
export function openPages(
  contract: readonly Route[],
): (request: WireRequest, target: Target) => WireAnswer | undefined {
  const endpoints = contract.map(({ endpoint }) => endpoint)
  const pages: Record<string, () => WireAnswer> = {
    '': file('index.html', 'text/html'),
    'fleet.js': file('fleet.js', 'text/javascript'),
    'fleet.css': file('fleet.css', 'text/css'),
    health: () => ok(JSON.stringify({ status: 'ok', version })),
    'openapi.json': () => ok(JSON.stringify(openApi(endpoints, version))),
  }
  const made = new Map<string, WireAnswer>()

  return ({ method }, { segments }) => {
    if (method !== 'GET' || segments.length > 1) return undefined
    const name = segments.join('').toLowerCase()
    const page = Object.hasOwn(pages, name) ? pages[name] : undefined
    if (page === undefined) return undefined
    const known = made.get(name) ?? page()
    made.set(name, known)
    return known
  }
}
