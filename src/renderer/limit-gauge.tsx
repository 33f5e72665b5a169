import { useTranslation } from './i18n/use-translation.ts'
import { type Limits, type Validators, gaugeOf, limitsOf } from './limits.ts'
import { type AnyOutcome, outcomeLooks } from './outcome.tsx'

interface LimitGaugeProps {
  readonly value: unknown
  readonly validators: Validators
  readonly units: string | null
  readonly outcome: AnyOutcome
}

/** What a value was held against: in words, and where both are numbers as a line with the band of the limits and the value in it. */
export function LimitGauge({ value, validators, units, outcome }: LimitGaugeProps) {
  const translation = useTranslation()
  const { limits, others } = limitsOf(validators)
  const words = [...limitWords(limits, translation), ...others].join(', ')
  const gauge = gaugeOf(value, limits)
  return (
    <>
      <span>
        {words === '' ? '–' : words}
        {units !== null && (limits.lower ?? limits.upper) !== undefined ? ` ${units}` : ''}
      </span>
      {gauge === undefined ? null : (
        <span className={`gauge ${outcomeLooks[outcome].tone}`} aria-hidden data-beyond={gauge.beyond}>
          <span
            className="gauge-band"
            style={{
              insetInlineStart: percent(gauge.band.from),
              inlineSize: percent(gauge.band.to - gauge.band.from),
            }}
          />
          <span className="gauge-value" style={{ insetInlineStart: percent(gauge.value) }} />
        </span>
      )}
    </>
  )
}

const percent = (share: number) => `${share * 100}%`

function limitWords(
  { lower, upper }: Limits,
  { t, quantity }: Pick<ReturnType<typeof useTranslation>, 't' | 'quantity'>,
): string[] {
  if (lower?.included && upper?.included)
    return lower.at === upper.at
      ? [`= ${quantity(lower.at)}`]
      : [t('limits_between', { lower: quantity(lower.at), upper: quantity(upper.at) })]
  const words: string[] = []
  if (lower) words.push(t(lower.included ? 'limits_from' : 'limits_above', { lower: quantity(lower.at) }))
  if (upper) words.push(t(upper.included ? 'limits_to' : 'limits_below', { upper: quantity(upper.at) }))
  return words
}
