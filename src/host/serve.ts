import type { Log } from './log.ts'
import { keepYoungObjectsFew } from './memory.ts'
import { isProblem, type Problem, problemLine } from './problem.ts'

/** A server that is ready. */
export interface Server {
  readonly url: string
  readonly data_dir: string
  readonly version: string
  readonly log: Log
  /** Takes nothing new, answers what is in flight, commits, closes. */
  stop(): Promise<void>
}

/** Who repeats a signal after this time does not want to wait. One Ctrl+C often arrives twice, from the terminal and from npm. */
const IMPATIENT_MS = 2_000

/**
 * The life of a server's process: one line of JSON on stdout when it is ready, then silence until it is told to stop; or one line on
 * stderr and exit code 1.
 * @param under_npm npm's shell stands between npm and this process
 */
export function serve(started: Server | Problem, under_npm: boolean): void {
  if (isProblem(started)) {
    process.stderr.write(`${problemLine(started)}\n`)
    process.exitCode = 1
    return
  }
  keepYoungObjectsFew()
  const { url, data_dir, version, log } = started
  let stopping_since: number | undefined
  const stop = () => {
    if (stopping_since !== undefined && performance.now() - stopping_since > IMPATIENT_MS) process.exit(1)
    if (stopping_since !== undefined) return
    stopping_since = performance.now()
    void started.stop()
  }
  // SIGBREAK is Ctrl+Break on Windows, SIGHUP its closed console window.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'] as const) process.on(signal, stop)
  if (under_npm) stopWithShell(stop)
  // A defect that nobody caught: what was answered is on the disk, and what is in memory is no longer to be trusted.
  process.on('uncaughtException', (error) => {
    log.error({ error: error.stack }, 'defect: the process ends')
    void log.close().then(() => process.exit(1))
  })
  process.stdout.write(`${JSON.stringify({ event: 'ready', url, data_dir, pid: process.pid, version })}\n`)
}

/** The shell that npm starts programs with dies of a signal without handing it on: whoever stops npm means the server. */
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
