import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Sees that there is a PostgreSQL server to test headquarters on, and installs Debian's where it may. The tests start a private
 * cluster of their own; the system's is neither used nor needed.
 */
const ROOT = '/usr/lib/postgresql'

function isThere(): boolean {
  const versions = existsSync(ROOT) ? readdirSync(ROOT).map((version) => join(ROOT, version, 'bin')) : []
  return [...versions, '/usr/local/bin', '/usr/bin'].some((folder) => existsSync(join(folder, 'initdb')))
}

const run = (program: string, ...args: string[]) =>
  spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
    .status === 0

function install(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  return (
    run('apt-get', 'update', '-q') &&
    run('apt-get', 'install', '-y', '-q', '--no-install-recommends', 'postgresql')
  )
}

if (!isThere() && !install()) {
  console.error(
    'PostgreSQL 15 or newer is missing: install it with `apt-get install -y postgresql` as root (pg_trgm comes with it), or by the package of your system',
  )
  process.exitCode = 1
}
