import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'

import type { ClockReading } from '../model/operation.ts'

const ASK_AGAIN_MS = 1_000

let askedAt = Number.NEGATIVE_INFINITY
let uptimeThen = 0
let latest = 0

/** What the clocks say now. The wall clock may be years off; the uptime only ever grows and counts sleep too. */
export function readClock(): ClockReading {
  return { wall_ms: Date.now(), boot_id: bootId, uptime_ms: uptimeMs() }
}

/** Asking the system costs a file read on Linux: between two askings the process's own clock carries on. */
function uptimeMs(): number {
  const now = performance.now()
  if (now - askedAt > ASK_AGAIN_MS) {
    askedAt = now
    uptimeThen = uptime() * 1_000
  }
  latest = Math.max(latest, Math.floor(uptimeThen + now - askedAt))
  return latest
}

/**
 * Linux names each of its starts. Elsewhere each start of the station counts as one of its own: then two readings are
 * never taken for comparable when they are not.
 */
function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return randomUUID()
  }
}

const bootId = readBootId()
