import { SingleBar } from 'cli-progress'

export interface Progress {
  to(done: number): void
  stop(): void
}

/** A bar on stderr where a person looks at it; silence in scripts and logs. */
export function startProgress(what: string, total: number): Progress {
  if (!process.stderr.isTTY || total === 0) return { to() {}, stop() {} }
  const bar = new SingleBar({
    format: `${what} {bar} {percentage} % · {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  })
  bar.start(total, 0)
  return { to: (done) => bar.update(Math.min(done, total)), stop: () => bar.stop() }
}
