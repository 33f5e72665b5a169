import { useTranslation } from './i18n/use-translation.ts'
import type { Measurement } from './limits.ts'

type Series = Measurement['data_series'][number]

const WIDTH = 480
const HEIGHT = 96
/** Columns of pixels that are drawn; of more points than twice as many each column shows its lowest and its highest. */
const COLUMNS = 240

/** Values measured one after the other: a small picture, and in words how many and between what. */
export function Curve({ x, y }: { readonly x: Series | undefined; readonly y: Series }) {
  const { t, quantity } = useTranslation()
  const { data, name, units } = y
  if (data.length === 0) return null
  const [low, high] = span(data)
  const unit = units === null ? '' : ` ${units}`
  return (
    <figure className="curve">
      <svg viewBox={`-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`} preserveAspectRatio="none" aria-hidden>
        <polyline points={pointsOf(x?.data, data)} vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption>
        {name === null ? null : <strong>{name} </strong>}
        {t('curve_points', { count: data.length, low: quantity(low), high: `${quantity(high)}${unit}` })}
      </figcaption>
    </figure>
  )
}

/** Spread over the arguments of one call, a long series would be too many. */
function span(values: readonly number[]): [low: number, high: number] {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

function pointsOf(x: readonly number[] | undefined, y: readonly number[]): string {
  const along = x?.length === y.length ? x : y.map((_, i) => i)
  const [left, right] = span(along)
  const [low, high] = span(y)
  const place = (value: number, from: number, to: number) =>
    to === from ? 0.5 : (value - from) / (to - from)
  return shownOf(y)
    .map((i) => `${place(along[i]!, left, right) * WIDTH},${(1 - place(y[i]!, low, high)) * HEIGHT}`)
    .join(' ')
}

/** Which points are drawn: no peak is lost, however many there are. */
function shownOf(values: readonly number[]): number[] {
  if (values.length <= 2 * COLUMNS) return values.map((_, i) => i)
  return Array.from({ length: COLUMNS }, (_, column) => {
    const from = Math.floor((column * values.length) / COLUMNS)
    const to = Math.floor(((column + 1) * values.length) / COLUMNS)
    let lowest = from
    let highest = from
    for (let i = from; i < to; i++) {
      if (values[i]! < values[lowest]!) lowest = i
      if (values[i]! > values[highest]!) highest = i
    }
    return lowest < highest ? [lowest, highest] : [highest, lowest]
  }).flat()
}
