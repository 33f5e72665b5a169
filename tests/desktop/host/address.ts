/**
 * Chromium knows no `app://`, and aborts a navigation to it before anybody could answer. So `app://bundle/x` is shown to it as
 * `https://bundle.app.test/x`, and every address that crosses is translated. Only `location.origin` in the page differs.
 */
interface Privileges {
  readonly standard?: boolean
  readonly secure?: boolean
  readonly supportFetchAPI?: boolean
  readonly bypassCSP?: boolean
}

const schemes = new Map<string, Privileges>()

export const privilegesOf = (scheme: string): Privileges | undefined => schemes.get(scheme)

export function registerSchemes(
  list: readonly { readonly scheme: string; readonly privileges?: Privileges }[],
): void {
  if (schemes.size > 0) throw new Error('protocol.registerSchemesAsPrivileged can be called only once')
  for (const { scheme, privileges = {} } of list) {
    if (privileges.bypassCSP) throw new Error(`the host has no pages without a policy: ${scheme}`)
    schemes.set(scheme, privileges)
  }
}

export function toChromium(url: string): string {
  const [, scheme, host, rest] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url) ?? []
  return scheme !== undefined && schemes.has(scheme) ? `https://${host}.${scheme}.test${rest || '/'}` : url
}

export function fromChromium(url: string): string {
  const [, host, scheme, rest] = /^https:\/\/([^/?#]*)\.([a-z0-9-]+)\.test(?::\d+)?(.*)$/.exec(url) ?? []
  return scheme !== undefined && schemes.has(scheme) ? `${scheme}://${host}${rest}` : url
}

/** The names of a page's own address in a policy. */
export const policyToChromium = (policy: string): string =>
  policy.replace(/\b[a-z][a-z0-9+.-]*:\/\/[\w.*-]+/g, (source) => toChromium(source).replace(/\/$/, ''))
