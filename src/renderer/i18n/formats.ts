import { type Language, localeOf } from './translate.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const MB = 1_000_000
const GB = 1_000 * MB

/** Dates, times, spans and shares as people of a language write them. */
export function createFormats(language: Language) {
  const locale = localeOf(language)
  const number = new Intl.NumberFormat(locale)
  const share = new Intl.NumberFormat(locale, { style: 'percent' })
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'numeric' })
  const units = (value: number, unit: string, unitDisplay: 'narrow' | 'short' = 'narrow') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay }).format(value)

  return {
    locale,
    number: (value: number) => number.format(value),
    share: (value: number) => share.format(value),
    /** Date and time of day. */
    moment: (at: string) => moment.format(new Date(at)),
    time: (at: string) => time.format(new Date(at)),
    /** Weekday and date, short. */
    day: (at: string) => day.format(new Date(at)),
    /** Room on a disk: `1.4 GB`, `320 MB`. */
    size: (bytes: number) =>
      bytes >= GB
        ? units(Math.floor(bytes / (GB / 10)) / 10, 'gigabyte', 'short')
        : units(Math.floor(bytes / MB), 'megabyte', 'short'),
    /** The largest two units of a span: `2 d 3 h`, `5 h 2 min`, `4 min`. */
    age: (ms: number) => {
      const days = Math.floor(ms / DAY_MS)
      const hours = Math.floor((ms % DAY_MS) / HOUR_MS)
      const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS)
      if (days > 0) return `${units(days, 'day')} ${units(hours, 'hour')}`
      if (hours > 0) return `${units(hours, 'hour')} ${units(minutes, 'minute')}`
      return units(minutes, 'minute')
    },
  }
}
