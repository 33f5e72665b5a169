import { z } from 'zod'

const DAY_MS = 86_400_000

/** Writes milliseconds as an ISO 8601 duration of hours, minutes and seconds: `PT4M`, `PT1H0.25S`, `PT0S`. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? '-' : ''
  const all = Math.abs(ms)
  const hours = Math.floor(all / 3_600_000)
  const minutes = Math.floor((all % 3_600_000) / 60_000)
  const seconds = (all % 60_000) / 1000
  const text = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`
  return `${sign}PT${text === '' ? '0S' : text}`
}

const DURATION = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/** Schema of a duration in a query: ISO 8601 with weeks, days, hours, minutes and seconds in, milliseconds out. */
export const duration = (label: string) =>
  z
    .string(`${label} must be given once, as text`)
    .regex(DURATION, `${label} is invalid: write it like PT4M or PT1H30M10.5S`)
    .transform((text) => {
      const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(text)!
        .slice(1)
        .map((part) => Number(part ?? 0))
      return (weeks * 7 + days) * DAY_MS + hours * 3_600_000 + minutes * 60_000 + Math.floor(seconds * 1000)
    })
