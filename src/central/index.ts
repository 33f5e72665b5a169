import { readArguments } from '../host/arguments.ts'
import { isProblem, type Problem, problem, problemLine } from '../host/problem.ts'
import { type Central, startCentral } from './central.ts'
import { readConfig, settingFlags, surroundings } from './config.ts'

const USAGE =
  'npm run -s central -- [--data-dir DIR] [--database-url URL] [--host ADDRESS] [--port N] [--tls-cert FILE --tls-key FILE] (docs/headquarters.md)'

async function run(): Promise<Central | Problem> {
  const around = surroundings()
  const given = readArguments(around.argv, settingFlags, USAGE)
  if (isProblem(given)) return given
  if (given.words.length > 0) return problem(`"${given.words[0]}" is no setting`, `Usage: ${USAGE}`)
  const settings = readConfig(around, given.flags)
  return isProblem(settings) ? settings : startCentral(settings)
}

/** The shell that npm starts programs with dies of a signal without handing it on: whoever stops npm means headquarters. */
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
  const { url, data_dir, version } = started
  let stopping = false
  const stop = () => {
    // A second signal while answers are still going out: whoever sends it does not want to wait.
    if (stopping) process.exit(1)
    stopping = true
    void started.stop()
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, stop)
  if (surroundings().under_npm) stopWithShell(stop)
  process.stdout.write(`${JSON.stringify({ event: 'ready', url, data_dir, pid: process.pid, version })}\n`)
}
