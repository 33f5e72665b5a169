import { pino } from 'pino'
import { createStream, type RotatingFileStream } from 'rotating-file-stream'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** What a server says about itself: one JSON line each, to stderr and to the rotated files of `logs/`. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** Settles when every line is in the file. */
  close(): Promise<void>
}

/** Fields that hold secrets, wherever they stand in the first two levels. */
const secrets = ['key', 'keys', 'token', 'authorization', 'password', 'code', 'enroll', 'credential']

/** A key in the middle of a text: an address, a message of somebody else's. */
const keyText = /\b(lks?_)[\w-]{8,}|\b(bearer\s+)[^\s"\\]+/gi

const AGAIN_MS = 60_000

/**
 * Opens the log. A log that cannot be written (full disk) must not stop the server: it then speaks on stderr alone, and tries the file
 * again with what it says a minute later.
 * @param folder `logs/` of the data folder
 */
export function openLog(level: LogLevel, folder: string, file_name: string, again_ms = AGAIN_MS): Log {
  const file = openFile(folder, file_name, again_ms)
  const both = {
    write(line: string) {
      process.stderr.write(line)
      file.write(line)
    },
  }
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[hidden]' },
      hooks: { streamWrite: (line) => line.replace(keyText, '$1$2[hidden]') },
    },
    both,
  )
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    close: () => file.close(),
  }
}

function openFile(folder: string, file_name: string, again_ms: number) {
  let stream: RotatingFileStream | undefined
  let next_try = 0
  function open(): void {
    const opened = createStream(file_name, { path: folder, size: '10M', maxFiles: 5 })
    stream = opened
    opened.on('error', (error) => {
      if (stream !== opened) return
      stream = undefined
      next_try = performance.now() + again_ms
      opened.destroy()
      process.stderr.write(`${JSON.stringify({ level: 'error', message: `log file: ${error.message}` })}\n`)
    })
  }
  open()
  return {
    write(line: string) {
      if (stream === undefined && performance.now() >= next_try) open()
      stream?.write(line)
    },
    close: () =>
      new Promise<void>((resolve) => (stream === undefined ? resolve() : void stream.end(resolve))),
  }
}
