import type { ReportedPhase } from '../model/run-report.ts'

/** What a measured value is held against, as far as it can be drawn on a line. */

export type Measurement = ReportedPhase['measurements'][number]
export type Validators = Measurement['validators']

export interface Limit {
  readonly at: number
  /** Whether the limit itself is still good. */
  readonly included: boolean
}

export interface Limits {
  readonly lower?: Limit
  readonly upper?: Limit
}

/** Operators that set a lower or an upper limit, and whether that is still good. */
const LOWER: Readonly<Record<string, boolean>> = { '>=': true, '>': false, '==': true }
const UPPER: Readonly<Record<string, boolean>> = { '<=': true, '<': false, '==': true }

/** The narrowest band that numeric validators leave, and the validators that say something else, in their own words. */
export function limitsOf(validators: Validators): {
  readonly limits: Limits
  readonly others: readonly string[]
} {
  let limits: Limits = {}
  const others: string[] = []
  for (const { operator, expected_value: at, expression, has_custom_expression } of validators ?? []) {
    const lower = LOWER[operator ?? '']
    const upper = UPPER[operator ?? '']
    if (typeof at !== 'number' || has_custom_expression || (lower ?? upper) === undefined) {
      if (expression !== '') others.push(expression)
      continue
    }
    if (lower !== undefined) limits = { ...limits, lower: narrower(limits.lower, { at, included: lower }, 1) }
    if (upper !== undefined)
      limits = { ...limits, upper: narrower(limits.upper, { at, included: upper }, -1) }
  }
  return { limits, others }
}

/** @param inward 1 for lower limits, where the larger is the narrower, -1 for upper ones */
function narrower(known: Limit | undefined, other: Limit, inward: 1 | -1): Limit {
  if (known === undefined) return other
  if (known.at === other.at) return known.included ? other : known
  return (other.at - known.at) * inward > 0 ? other : known
}

/** Where things stand on a line from 0 to 1; the band of the limits fills most of it. */
export interface Gauge {
  readonly band: { readonly from: number; readonly to: number }
  readonly value: number
  /** The value lies off the line on this side, and is drawn at its end. */
  readonly beyond?: 'below' | 'above'
}

/** Share of the line that the band takes between two limits, and up to one. */
const BAND = 0.6
const OPEN_BAND = 0.7

/** @returns undefined where there is nothing to draw: no number, or no limit */
export function gaugeOf(value: unknown, { lower, upper }: Limits): Gauge | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  if (lower !== undefined && upper !== undefined) {
    if (lower.at > upper.at) return undefined
    return lower.at === upper.at ? pointGauge(value, lower.at) : between(value, lower.at, upper.at)
  }
  if (lower !== undefined) return oneSided(value, lower.at, { from: 1 - OPEN_BAND, to: 1 })
  if (upper !== undefined) return oneSided(value, upper.at, { from: 0, to: OPEN_BAND })
  return undefined
}

function between(value: number, lower: number, upper: number): Gauge {
  const margin = (1 - BAND) / 2
  const place = margin + ((value - lower) / (upper - lower)) * BAND
  return placed(place, { from: margin, to: 1 - margin })
}

/** One exact value is good: the band is a stroke in the middle, and what is not it lies off the line. */
const pointGauge = (value: number, at: number): Gauge =>
  placed(value === at ? 0.5 : value < at ? -1 : 2, { from: 0.49, to: 0.51 })

/** With one limit nothing says how far is far: the value's distance is measured in the limit's own size. */
function oneSided(value: number, limit: number, band: Gauge['band']): Gauge {
  const edge = band.from === 0 ? band.to : band.from
  const scale = limit === 0 ? Math.max(Math.abs(value), 1) * 2 : Math.abs(limit) * 2
  return placed(edge + (value - limit) / scale, band)
}

function placed(place: number, band: Gauge['band']): Gauge {
  if (place < 0) return { band, value: 0, beyond: 'below' }
  return place > 1 ? { band, value: 1, beyond: 'above' } : { band, value: place }
}
