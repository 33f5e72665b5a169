import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { openApi } from '../../http/openapi.ts'
import type { Route } from '../../http/routes.ts'
import type { Target } from '../../http/target.ts'
import { type WireAnswer, type WireRequest, ok } from '../../http/wire.ts'
import { assets } from '../assets.ts'
import { version } from '../../host/version.ts'

/** The viewer comes from this server too: the page works without a network, and nothing else may be fetched or sent. */
const DOCS = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lotkeeper API</title><link rel="stylesheet" href="/docs/viewer.css"></head>
<body><div id="viewer"></div><script src="/docs/viewer.js"></script><script src="/docs/start.js"></script></body>
</html>
`
const START =
  "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#viewer', validatorUrl: null, deepLinking: true, persistAuthorization: false })"
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"

/** Pages that need no key. The answers are made once, when first asked for. */
export function openPages(
  contract: readonly Route[],
): (request: WireRequest, target: Target) => WireAnswer | undefined {
  const pages: Record<string, () => WireAnswer> = {
    health: () => ok(JSON.stringify({ status: 'ok', version: version })),
    'openapi.json': () =>
      ok(
        JSON.stringify(
          openApi(
            contract.map(({ endpoint }) => endpoint),
            version,
          ),
        ),
      ),
    docs: () => ({
      status: 200,
      type: 'text/html; charset=utf-8',
      body: DOCS,
      headers: { 'content-security-policy': DOCS_POLICY },
    }),
    'docs/start.js': () => ({ status: 200, type: 'text/javascript; charset=utf-8', body: START }),
    'docs/viewer.js': () => ({
      status: 200,
      type: 'text/javascript; charset=utf-8',
      body: readFileSync(join(assets.viewer, 'swagger-ui-bundle.js')),
    }),
    'docs/viewer.css': () => ({
      status: 200,
      type: 'text/css; charset=utf-8',
      body: readFileSync(join(assets.viewer, 'swagger-ui.css')),
    }),
  }
  const made = new Map<string, WireAnswer>()

  return ({ method }, { segments }) => {
    if (method !== 'GET' || segments.length === 0 || segments.length > 2) return undefined
    const name = segments.join('/').toLowerCase()
    const page = Object.hasOwn(pages, name) ? pages[name] : undefined
    if (page === undefined) return undefined
    const known = made.get(name) ?? page()
    made.set(name, known)
    return known
  }
}
