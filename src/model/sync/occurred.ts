import type { ClockReading } from '../operation.ts'

/** A clock this near is right enough: rows keep the time that their station showed. */
const TOLERANCE_MS = 2 * 60_000

/** What is known when an operation arrives at headquarters. Times are milliseconds since 1970 UTC by headquarters' clock, if nothing else is said. */
export interface Arrival {
  readonly received_at: number
  /** The station's clocks when it sent. */
  readonly now: ClockReading
  /** When headquarters took the last change that the author had seen: what was done on top of it was done later. */
  readonly not_before: number
}

/**
 * When a row was made that an operation makes, whatever its station's clock said: as long ago as the station's clocks say together,
 * counted back from when it arrived. One start of the system counts by its uptime, which nobody sets; otherwise the wall clock is at
 * least off by the same at both moments, unless somebody set it in between, and then `not_before` bounds the error.
 * A time that was given, as an import does, stands; nothing was made later than it arrived.
 */
export function madeAt(
  { clock, created_at }: { readonly clock: ClockReading; readonly created_at: number },
  { received_at, now, not_before }: Arrival,
): number {
  const age = now.boot_id === clock.boot_id ? now.uptime_ms - clock.uptime_ms : now.wall_ms - clock.wall_ms
  const occurred_at = received_at - Math.min(Math.max(age, 0), Math.max(received_at - not_before, 0))
  const was_given = created_at !== clock.wall_ms
  const is_right = Math.abs(clock.wall_ms - occurred_at) <= TOLERANCE_MS
  return was_given || is_right ? Math.min(created_at, received_at) : occurred_at
}
