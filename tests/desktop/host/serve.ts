import type { Route } from 'playwright-core'

import { fromChromium, policyToChromium, privilegesOf, registerSchemes } from './address.ts'
import { app } from './app.ts'
import { record } from './calls.ts'
import { mayRequest } from './session.ts'

type Handler = (request: Request) => Response | Promise<Response>

const handlers = new Map<string, Handler>()

export const protocol = {
  registerSchemesAsPrivileged(list: Parameters<typeof registerSchemes>[0]): void {
    if (app.isReady())
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    registerSchemes(list)
  },
  handle(scheme: string, handler: Handler): void {
    if (!app.isReady())
      throw new Error('protocol.handle before the app is ready: the default session does not exist yet')
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
    const privileges = privilegesOf(scheme)
    if (!privileges?.standard || !privileges.secure || !privileges.supportFetchAPI)
      throw new Error(`${scheme} is no standard, secure scheme with fetch: the page would have no origin`)
    handlers.set(scheme, handler)
  },
  unhandle: (scheme: string): void => void handlers.delete(scheme),
  isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
}

/** Every request of every page comes here; nothing leaves the machine. */
export async function serve(route: Route): Promise<void> {
  const url = fromChromium(route.request().url())
  try {
    if (!mayRequest(url)) {
      record('webRequest.cancelled', url)
      return await route.abort('blockedbyclient')
    }
    const handler = handlers.get(new URL(url).protocol.slice(0, -1))
    if (handler) return await fulfill(route, await handler(await toRequest(route, url)))
    if (/^(?:data|blob|about):|^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]/.test(url))
      return await route.continue()
    record('network.refused', url)
    await route.abort('internetdisconnected')
  } catch (error) {
    if (app.quitting) return
    record('protocol.failed', url, String(error))
    await route.abort('failed').catch(() => undefined)
  }
}

async function toRequest(route: Route, url: string): Promise<Request> {
  const request = route.request()
  const headers = new Headers()
  for (const [name, value] of Object.entries(await request.allHeaders())) {
    if (name.startsWith(':')) continue
    headers.set(
      name,
      name === 'origin' || name === 'referer' ? fromChromium(value).replace(/\/$/, '') : value,
    )
  }
  const body = request.postDataBuffer()
  return new Request(url, {
    method: request.method(),
    headers,
    body: body === null ? null : new Uint8Array(body),
  })
}

async function fulfill(route: Route, response: Response): Promise<void> {
  const headers: Record<string, string> = {}
  for (const [name, value] of response.headers)
    headers[name] = name === 'content-security-policy' ? policyToChromium(value) : value
  await route.fulfill({ status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) })
}
