import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { codeOf, type Problem, problem } from '../../host/problem.ts'

/** PostgreSQL's own programs for backups. They come with its client; a server elsewhere does not bring them here. */

/** Writes one moment of a database to a file, in the custom format (compressed, for `pg_restore`). */
export function dump(url: string, server_version: number, file: string): Promise<Problem | undefined> {
  return run('pg_dump', server_version, url, [
    '--format=custom',
    '--no-owner',
    '--no-privileges',
    `--file=${file}`,
  ])
}

/** Fills an empty database from such a file, and stops at the first thing that does not go in. */
export function restore(url: string, server_version: number, file: string): Promise<Problem | undefined> {
  return run('pg_restore', server_version, url, ['--exit-on-error', '--no-owner', '--no-privileges', file])
}

/** @param server_version the major one: an older `pg_dump` refuses a newer server */
async function run(
  program: string,
  server_version: number,
  url: string,
  words: readonly string[],
): Promise<Problem | undefined> {
  const secrets = mkdtempSync(join(tmpdir(), 'lotkeeper-backup-'))
  try {
    const { code, said } = await ended(programs(program, server_version), [
      '--no-password',
      `--dbname=${withoutPassword(url, join(secrets, 'passfile'))}`,
      ...words,
    ])
    if (code === 'ENOENT')
      return problem(
        `${program} is not on this machine`,
        `Install PostgreSQL's client, version ${server_version} or newer (Debian: postgresql-client-${server_version}), then try again`,
      )
    if (code === 0) return undefined
    return problem(`${program} failed (${said || code})`, remedyOf(said, server_version))
  } finally {
    rmSync(secrets, { recursive: true, force: true })
  }
}

const remedyOf = (said: string, server_version: number) =>
  /server version mismatch/.test(said)
    ? `Install PostgreSQL's client, version ${server_version} or newer`
    : 'Nothing was changed; try again when it is mended'

/** Whoever lists processes sees their words: the password goes by a file for this user's eyes. */
function withoutPassword(url: string, passfile: string): string {
  const address = new URL(url)
  if (address.password === '') return url
  const escaped = decodeURIComponent(address.password).replace(/[\\:]/g, '\\$&')
  writeFileSync(passfile, `*:*:*:*:${escaped}\n`, { mode: 0o600 })
  address.password = ''
  address.searchParams.set('passfile', passfile)
  return address.href
}

/** Where installers put it, that of the server's version first (newer ones write what it may not read); then the search path. */
function programs(name: string, server_version: number): readonly string[] {
  const [root, file] =
    process.platform === 'win32'
      ? [join('C:', 'Program Files', 'PostgreSQL'), `${name}.exe`]
      : ['/usr/lib/postgresql', name]
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const installed = [String(server_version), ...versions].map((version) => join(root, version, 'bin', file))
  return [...installed.filter((path) => existsSync(path)), name]
}

/** Runs the first of the programs that there is. @returns its exit code or `ENOENT`, and its last words */
async function ended(
  [program, ...others]: readonly string[],
  words: readonly string[],
): Promise<{ readonly code: number | string; readonly said: string }> {
  if (program === undefined) return { code: 'ENOENT', said: '' }
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true })
  const chunks: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(codeOf(error) || 'it could not be started'))
    child.once('close', (status, signal) => resolve(status ?? signal ?? 'it was ended'))
  })
  if (code === 'ENOENT') return ended(others, words)
  const said = Buffer.concat(chunks).toString().trim().split('\n').slice(0, 2).join(' ')
  return { code, said }
}
