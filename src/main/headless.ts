import { readArguments } from '../host/arguments.ts'
import { keepCompiledCode } from './compiled-code.ts'
import { readConfig, settingFlags, surroundings } from './config.ts'
import { isProblem, type Problem, problem, problemLine } from '../host/problem.ts'
import type { Station } from './station.ts'

const USAGE =
  'npm run -s station -- [--data-dir DIR] [--port N] [--name NAME] … (docs/configuration.md names all settings)'

const IMPATIENT_MS = 2_000

/** The station without a window: one line on stdout when it is ready, then silence until it is told to stop. */
async function run(): Promise<Station | Problem> {
  const around = surroundings()
  const given = readArguments(around.argv, settingFlags, USAGE)
  if (isProblem(given)) return given
  if (given.words.length > 0) return problem(`"${given.words[0]}" is no setting`, `Usage: ${USAGE}`)
  const config = readConfig(around, given.flags)
  if (isProblem(config)) return config
  keepCompiledCode(config)
  const { startStation } = await import('./station.ts')
  return startStation(config)
}

/** The shell that npm starts programs with dies of a signal without handing it on: whoever stops npm means the station. */
function stopWithShell(stop: () => void): void {
  const shell = process.ppid
  const watch = setInterval(() => {
    try {
      process.kill(shell, 0)
    } catch {
      clearInterval(watch)
      stop()
    }
  }, 500)
  watch.unref()
}

const started = await run()
if ('kind' in started) {
  process.stderr.write(`${problemLine(started)}\n`)
  process.exitCode = 1
} else {
  const { url, data_dir, version, log } = started
  let stopping_since: number | undefined
  const stop = () => {
    // One Ctrl+C often arrives twice, from the terminal and from npm. Who repeats it later does not want to wait.
    if (stopping_since !== undefined && performance.now() - stopping_since > IMPATIENT_MS) process.exit(1)
    if (stopping_since !== undefined) return
    stopping_since = performance.now()
    void started.stop()
  }
  // SIGBREAK is Ctrl+Break on Windows, SIGHUP its closed console window.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, stop)
  if (surroundings().under_npm) stopWithShell(stop)
  // A defect that nobody caught: what was answered is on the disk, and what is in memory is no longer to be trusted.
  process.on('uncaughtException', (error) => {
    log.error({ error: error.stack }, 'defect: the station ends')
    void log.close().then(() => process.exit(1))
  })
  process.stdout.write(`${JSON.stringify({ event: 'ready', url, data_dir, pid: process.pid, version })}\n`)
}
