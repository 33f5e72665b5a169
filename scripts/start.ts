/**
 * `npm start`: builds what has changed and opens the desktop app. Where there is no display, or Electron cannot be had, it says
 * so in one line and runs the station without a window; the page is then at its address, for any browser on this PC.
 * What follows `--` goes to either.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const electron = join(root, 'node_modules/electron')
const args = process.argv.slice(2)

/** How an attempt ended. */
type Outcome =
  | { readonly kind: 'ran'; readonly code: number }
  | { readonly kind: 'failed'; readonly why: string }

function build(): boolean {
  const sources = ['src/**/*', 'package-lock.json', 'electron.vite.config.ts']
  const changed = Math.max(
    ...globSync(sources, { cwd: root }).map((file) => statSync(join(root, file)).mtimeMs),
  )
  const built = ['out/renderer/index.html', 'out/main/index.js', 'out/preload/index.cjs'].map((file) =>
    existsSync(join(root, file)) ? statSync(join(root, file)).mtimeMs : 0,
  )
  if (Math.min(...built) > changed) return true
  const program = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`)
  return status === 0
}

function hasDisplay({ DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): boolean {
  return process.platform !== 'linux' || Boolean(DISPLAY) || Boolean(WAYLAND_DISPLAY)
}

/** Electron's program; its package fetches it when it is first wanted, 100 MB. */
async function findElectron(): Promise<{ readonly program: string } | { readonly why: string }> {
  const told = join(electron, 'path.txt')
  const why = existsSync(told) ? '' : await fetchElectron()
  if (!existsSync(told)) return { why }
  return { program: join(electron, 'dist', readFileSync(told, 'utf8')) }
}

/** @returns the first words of what went wrong, if anything did */
async function fetchElectron(): Promise<string> {
  const patience = setTimeout(() => process.stderr.write('lotkeeper: fetching Electron …\n'), 2_000)
  const child = spawn(process.execPath, [join(electron, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await new Promise((done) => void child.once('close', done))
  clearTimeout(patience)
  return said.trim().split('\n', 1)[0]!
}

/** A window that never came up (a missing library, no right to the display) is no reason to be without a station. */
function openWindow(program: string): Promise<Outcome> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  // Chromium has no sandbox for root, and says no to starting without being told so.
  const unsandboxed = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(program, [...unsandboxed, root, ...args], {
    cwd: root,
    env,
    stdio: ['inherit', 'pipe', 'pipe'],
  })
  let spoke = false
  // Its own line, good or bad, says that the station has taken it from here.
  const pass = (to: NodeJS.WriteStream) => (chunk: Buffer) => {
    spoke ||= /"event":"ready"|^lotkeeper: /m.test(chunk.toString())
    to.write(chunk)
  }
  child.stdout.on('data', pass(process.stdout))
  child.stderr.on('data', pass(process.stderr))
  // Ctrl+C reaches both: who waits here must not end first.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((done) => {
    child.once('error', (error) =>
      done({ kind: 'failed', why: `Electron does not start (${error.message})` }),
    )
    child.once('close', (code, signal) =>
      done(
        spoke || code === 0
          ? { kind: 'ran', code: code ?? 1 }
          : { kind: 'failed', why: `Electron does not start here (${signal ?? `exit code ${code}`})` },
      ),
    )
  })
}

async function openDesktop(): Promise<Outcome> {
  if (!hasDisplay(process.env)) return { kind: 'failed', why: 'There is no display here' }
  const found = await findElectron()
  if ('why' in found) return { kind: 'failed', why: `Electron cannot be had here (${found.why})` }
  return openWindow(found.program)
}

if (build()) {
  const outcome = await openDesktop()
  if (outcome.kind === 'ran') process.exitCode = outcome.code
  else {
    process.removeAllListeners('SIGINT')
    process.removeAllListeners('SIGTERM')
    process.stderr.write(
      `lotkeeper: ${outcome.why}: the station runs without a window; open its address in a browser.\n`,
    )
    await import('../src/main/headless.ts')
  }
} else process.exitCode = 1
