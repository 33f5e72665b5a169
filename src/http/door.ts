import type { IncomingHttpHeaders } from 'node:http'

import { type Refusal, refuse } from '../model/error.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Who may come in at all. A page of a foreign site can make a browser on this PC call us: its name in `Host` (DNS rebinding)
 * or in `Origin` gives it away. No CORS header is ever sent, so nothing of an answer is readable for it either.
 * @param hosts names this server answers to besides loopback, lower case, without port; `any` for one that is no secret of
 * this PC anyway: then only pages of the very address that is asked may call
 */
export function checkDoor(
  headers: IncomingHttpHeaders,
  hosts: ReadonlySet<string> | 'any',
): Refusal | undefined {
  if (hosts === 'any') {
    const { host = '', origin } = headers
    return origin === undefined ||
      /^https?:\/\/(.+)$/i.exec(origin)?.[1]?.toLowerCase() === host.toLowerCase()
      ? undefined
      : strangePage()
  }
  if (headers.host === undefined || !known(hostname(headers.host), hosts))
    return refuse('FORBIDDEN', 'Forbidden: this server does not answer to that Host')
  const { origin } = headers
  if (origin !== undefined && !sameSite(origin, hosts)) return strangePage()
  return undefined
}

const strangePage = () => refuse('FORBIDDEN', 'Forbidden: pages of other sites may not call this server')

/** The name without its port; an IPv6 address keeps its brackets. */
function hostname(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '')
}

const known = (name: string, hosts: ReadonlySet<string>) => LOOPBACK.has(name) || hosts.has(name)

function sameSite(origin: string, hosts: ReadonlySet<string>): boolean {
  const match = /^https?:\/\/(.+)$/i.exec(origin)
  return match !== null && known(hostname(match[1]!), hosts)
}
