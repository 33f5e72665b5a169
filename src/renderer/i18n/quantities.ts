import { type Language, localeOf } from './translate.ts'

/** More digits than a good meter has, so that 0.1 + 0.2 is shown as 0.3; whole numbers are shown whole. */
const DIGITS = 7
/** Numbers smaller or larger are written with powers of ten. */
const SMALL = 1e-6
const LARGE = 1e15

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** What was measured, how long it took and how large it is, as people of a language write it. */
export function createQuantities(language: Language) {
  const locale = localeOf(language)
  const small = new Intl.NumberFormat(locale, { maximumSignificantDigits: DIGITS })
  /** By the digits left behind the point. */
  const plain = Array.from(
    { length: DIGITS },
    (_, digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }),
  )
  const powers = new Intl.NumberFormat(locale, {
    maximumSignificantDigits: DIGITS,
    notation: 'scientific',
  })
  // Only all of them are 100 %.
  const share = new Intl.NumberFormat(locale, {
    style: 'percent',
    maximumFractionDigits: 1,
    roundingMode: 'floor',
  })
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  const inUnit = (value: number, unit: string, digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value)

  return {
    quantity: (value: number) => {
      const size = Math.abs(value)
      if (size !== 0 && (size < SMALL || size >= LARGE)) return powers.format(value)
      if (size < 1) return small.format(value)
      return plain[Math.max(0, DIGITS - 1 - Math.floor(Math.log10(size)))]!.format(value)
    },
    /** A share of things that are counted. */
    countedShare: (part: number, all: number) => share.format(part / all),
    /** @param day `YYYY-MM-DD` */
    date: (day: string) => date.format(new Date(`${day}T00:00:00Z`)),
    /** The largest two units of a span, seconds to a tenth: `2 hr 5 min`, `4 min 30 sec`, `1.2 sec`. */
    took: (ms: number) => {
      if (ms < MINUTE_MS) return inUnit(ms / SECOND_MS, 'second', 1)
      const [large, small, size] =
        ms < HOUR_MS ? (['minute', 'second', MINUTE_MS] as const) : (['hour', 'minute', HOUR_MS] as const)
      const rest = Math.floor((ms % size) / (size / 60))
      const whole = inUnit(Math.floor(ms / size), large)
      return rest === 0 ? whole : `${whole} ${inUnit(rest, small)}`
    },
    /** Of a file, to a tenth. */
    fileSize: (bytes: number) => {
      if (bytes < 1_000) return inUnit(bytes, 'byte')
      if (bytes < 1_000_000) return inUnit(bytes / 1_000, 'kilobyte', 1)
      return bytes < 1e9
        ? inUnit(bytes / 1_000_000, 'megabyte', 1)
        : inUnit(bytes / 1_000_000_000, 'gigabyte', 1)
    },
  }
}
