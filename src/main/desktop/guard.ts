import { app, session, shell, type WebContents } from 'electron'

import type { Log } from '../../host/log.ts'

/** What the page may use of the machine besides its screen and keyboard. Electron grants whatever nobody refuses. */
const allowed: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'fullscreen'])

/**
 * Nothing but the page itself: no other site, no permission, no second window, no call to anywhere.
 * @param home origin of the page: the shell's own scheme, or a station that already runs on this PC
 * @param elsewhere where the documentation can be read in the system's browser
 */
export function guardPages(home: string, elsewhere: string, log: Log | undefined): void {
  const isHome = (url: string) => url === home || url.startsWith(`${home}/`)
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl }) =>
    decide(allowed.has(permission) && isHome(requestingUrl)),
  )
  defaultSession.setPermissionCheckHandler(
    (_contents, permission, origin) => allowed.has(permission) && isHome(origin.replace(/\/$/, '')),
  )
  defaultSession.setDevicePermissionHandler(() => false)
  // Not even the spelling checker's dictionaries: a station calls nobody by itself.
  defaultSession.webRequest.onBeforeRequest((details, decide) =>
    decide({
      cancel: !isHome(details.url) && !/^(?:devtools|blob|data|chrome-extension):/.test(details.url),
    }),
  )
  app.on('web-contents-created', (_event, contents) => guard(contents, isHome, home, elsewhere, log))
}

function guard(
  contents: WebContents,
  isHome: (url: string) => boolean,
  home: string,
  elsewhere: string,
  log: Log | undefined,
): void {
  const refuse = (event: { preventDefault(): void }, url: string) => {
    // The page may load itself again; the documentation and everything else is no place for the operator's window.
    if (url === `${home}/` || url.startsWith(`${home}/#`) || url.startsWith(`${home}/?`)) return
    event.preventDefault()
    log?.warn({ url }, 'the page wanted to go elsewhere and may not')
  }
  contents.on('will-navigate', (event) => refuse(event, event.url))
  contents.on('will-redirect', (event) => refuse(event, event.url))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    // The documentation belongs into a real browser; nothing else is opened.
    if (isHome(url) && /^\/(?:docs|openapi\.json)$/.test(url.slice(home.length)))
      void shell.openExternal(`${elsewhere}${url.slice(home.length)}`)
    else log?.warn({ url }, 'the page wanted to open a window and may not')
    return { action: 'deny' }
  })
}
