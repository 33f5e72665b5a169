import { recorders } from './calls.ts'

type Decide = (granted: boolean) => void
type RequestHandler = (
  contents: unknown,
  permission: string,
  decide: Decide,
  details: { readonly requestingUrl: string },
) => void
type CheckHandler = (contents: unknown, permission: string, origin: string) => boolean
type BeforeRequest = (
  details: { readonly url: string },
  decide: (answer: { readonly cancel?: boolean }) => void,
) => void

let onRequest: RequestHandler | undefined
let onCheck: CheckHandler | undefined
let beforeRequest: BeforeRequest | undefined

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: RequestHandler): void => void (onRequest = handler),
    setPermissionCheckHandler: (handler: CheckHandler): void => void (onCheck = handler),
    webRequest: { onBeforeRequest: (handler: BeforeRequest): void => void (beforeRequest = handler) },
    ...recorders('session', ['setDevicePermissionHandler', 'setSpellCheckerEnabled', 'on']),
  },
}

/** Electron's names and Chromium's for what a page may ask the user for. */
const permissions = {
  geolocation: 'geolocation',
  notifications: 'notifications',
  'clipboard-sanitized-write': 'clipboard-write',
  'clipboard-read': 'clipboard-read',
  midi: 'midi',
  'idle-detection': 'idle-detection',
} as const

/** What Chromium shall answer the page, as the app's handlers decide. Electron grants where there is no handler. */
export function decidePermissions(
  url: string,
): readonly { readonly name: string; readonly setting: 'granted' | 'denied' }[] {
  const origin = url.split('/').slice(0, 3).join('/')
  return Object.entries(permissions).map(([permission, name]) => {
    let granted = true
    if (onCheck) granted = onCheck(null, permission, `${origin}/`)
    else onRequest?.(null, permission, (decided) => (granted = decided), { requestingUrl: url })
    return { name, setting: granted ? 'granted' : 'denied' }
  })
}

export function mayRequest(url: string): boolean {
  let cancel: boolean | undefined = false
  beforeRequest?.({ url }, (answer) => (cancel = answer.cancel))
  return !cancel
}
