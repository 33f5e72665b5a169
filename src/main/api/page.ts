import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'

import type { Target } from '../../http/target.ts'
import type { WireAnswer, WireRequest } from '../../http/wire.ts'

/** The page talks to the server it came from and to nobody else; nothing in it may be framed, posted elsewhere or run inline. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Chromium runs a module script only with a JavaScript type. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.txt': 'text/plain; charset=utf-8',
}

const NOT_BUILT =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Lotkeeper</title>' +
  '<p>The station works, but its page was not built. Run <code>npm run build</code>, then start the station again.</p></html>'

/**
 * The operator's page, at `/`: no key is needed to see it, only to see anything in it. Which files there are is read once, so
 * no request ever names a path of the disk.
 */
export function operatorPage(
  folder: string,
): (request: WireRequest, target: Target) => WireAnswer | undefined {
  const files = listFiles(folder)
  const made = new Map<string, WireAnswer>()

  return ({ method }, { segments }) => {
    if (method !== 'GET') return undefined
    const name = segments.length === 0 ? 'index.html' : segments.join('/')
    if (!files.has(name)) return segments.length === 0 ? notBuilt() : undefined
    const known = made.get(name) ?? answerFile(folder, name)
    made.set(name, known)
    return known
  }
}

function listFiles(folder: string): ReadonlySet<string> {
  try {
    const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    return new Set(entries.map((name) => name.split(sep).join('/')).filter((name) => extname(name) in TYPES))
  } catch {
    return new Set()
  }
}

function answerFile(folder: string, name: string): WireAnswer {
  return {
    status: 200,
    type: TYPES[extname(name)]!,
    body: readFileSync(join(folder, name)),
    headers: {
      'content-security-policy': PAGE_POLICY,
      'referrer-policy': 'no-referrer',
      // The build puts a hash of the content into these names.
      ...(name.startsWith('assets/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
    },
  }
}

function notBuilt(): WireAnswer {
  return {
    status: 200,
    type: TYPES['.html']!,
    body: NOT_BUILT,
    headers: { 'content-security-policy': PAGE_POLICY },
  }
}
