import path from 'node:path'

/** What decides where things lie on a machine. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly is_root: boolean
}

/** Folder names of one program: as people read them, and as Unix spells them. */
export interface Product {
  readonly title: string
  readonly unix: string
}

/** Paths of the system that is asked about, so that tests on one system can ask about the other. */
const joinOn =
  (platform: NodeJS.Platform) =>
  (...parts: string[]) =>
    (platform === 'win32' ? path.win32 : path.posix).join(...parts)

/** Where a program keeps its data when nobody says otherwise. */
export function defaultDataFolder(
  { env, platform, home, is_root }: Machine,
  { title, unix }: Product,
): string {
  const join = joinOn(platform)
  if (platform === 'win32') return join(env['ProgramData'] ?? 'C:\\ProgramData', title)
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', title)
  // systemd names the service's folder itself; root without it is the administrator who looks after the service.
  const service = env['STATE_DIRECTORY']?.split(':')[0]
  if (service) return service
  if (env['XDG_STATE_HOME']) return join(env['XDG_STATE_HOME'], unix)
  return is_root ? join('/var/lib', unix) : join(home, '.local', 'state', unix)
}

/**
 * Where only an administrator can write: what stands there is locked for everybody else (docs/decisions/0013).
 * @param file `policy.json`, or that of another program on the same machine
 */
export function policyFile({ env, platform }: Pick<Machine, 'env' | 'platform'>, file: string): string {
  const join = joinOn(platform)
  if (platform === 'win32')
    return join(env['ProgramW6432'] ?? env['ProgramFiles'] ?? 'C:\\Program Files', 'Lotkeeper', file)
  if (platform === 'darwin') return join('/Library/Application Support/Lotkeeper', file)
  return join('/etc/lotkeeper', file)
}
