import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A PostgreSQL of one's own in a temporary folder, reached on loopback alone and gone afterwards. */
export interface Cluster {
  /** Makes an empty database. @returns its URL */
  createDatabase(name: string): string
  /** Ends the server at once, as a power cut would. */
  kill(): void
  start(): void
  stop(): void
}

/** Where Debian and others put the server's programs; the newest wins. */
function programs(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  const found = [...versions.map((version) => join(root, version, 'bin')), '/usr/local/bin', '/usr/bin'].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')),
  )
  if (found === undefined)
    throw new Error('these tests need PostgreSQL 15 or newer: node scripts/get-postgres.ts installs it')
  return found
}

/** Where one of PostgreSQL's programs is, e.g. `pg_restore`. */
export const programOf = (name: string) => join(programs(), name)

/** PostgreSQL refuses to run as root: then it runs as its own user. */
function run(program: string, args: readonly string[]): void {
  const command = [programOf(program), ...args].map((word) => `'${word}'`).join(' ')
  const isRoot = process.getuid?.() === 0
  const { status, stderr, stdout } = isRoot
    ? spawnSync('su', ['postgres', '-s', '/bin/sh', '-c', command], { encoding: 'utf8', cwd: '/' })
    : spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed: ${stderr}${stdout}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** @param fsync true where a test kills the server and looks at what is left */
export async function startCluster(fsync = false): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-postgres-'))
  const data = join(folder, 'data')
  const port = await freePort()
  if (process.getuid?.() === 0) {
    const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
    chownSync(folder, id('-u'), id('-g'))
  }
  run('initdb', ['-D', data, '-U', 'app', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'])
  const options = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    `fsync=${fsync ? 'on' : 'off'}`,
    'max_connections=100',
  ]
  const start = () =>
    run('pg_ctl', [
      '-D',
      data,
      '-w',
      '-s',
      '-l',
      join(folder, 'log'),
      '-o',
      options.map((one) => `-c ${one}`).join(' '),
      'start',
    ])
  start()
  return {
    createDatabase(name) {
      run('psql', [
        '-q',
        '-h',
        folder,
        '-p',
        String(port),
        '-U',
        'app',
        '-d',
        'postgres',
        '-c',
        `CREATE DATABASE ${name}`,
      ])
      return `postgres://app@127.0.0.1:${port}/${name}`
    },
    kill: () => run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']),
    start,
    stop() {
      run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
