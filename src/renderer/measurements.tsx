import { Curve } from './curve.tsx'
import { type Translation, useTranslation } from './i18n/use-translation.ts'
import { LimitGauge } from './limit-gauge.tsx'
import type { Measurement, Validators } from './limits.ts'
import { type AnyOutcome, Outcome } from './outcome.tsx'

/** A measurement, or what was reckoned from one (an aggregation): both have a value that is held against limits. */
interface Line {
  readonly id: string
  readonly name: string
  readonly value: unknown
  readonly units: string | null
  readonly validators: Validators
  readonly outcome: AnyOutcome
  readonly docstring: string | null
}

interface MeasurementsProps {
  readonly label: string
  readonly measurements: readonly Measurement[]
}

/** What was measured, a row each: value, limits, outcome; curves below the row they belong to. */
export function Measurements({ label, measurements }: MeasurementsProps) {
  const { t } = useTranslation()
  return (
    <div className="measurements" role="table" aria-label={label}>
      <div role="rowgroup">
        <div className="measurement-row head" role="row">
          <span role="columnheader">{t('measured_name')}</span>
          <span role="columnheader">{t('measured_value')}</span>
          <span role="columnheader">{t('measured_limits')}</span>
          <span role="columnheader">{t('run_outcome')}</span>
        </div>
      </div>
      <div role="rowgroup">
        {measurements.map((one) => (
          <MeasurementRows key={one.id} measurement={one} />
        ))}
      </div>
    </div>
  )
}

function MeasurementRows({ measurement }: { readonly measurement: Measurement }) {
  const { data_series } = measurement
  // The first series of several is what the others are drawn over.
  const x = data_series.length > 1 ? data_series[0] : undefined
  const others = x === undefined ? data_series : data_series.slice(1)
  return (
    <>
      {linesOf(measurement).map((line) => (
        <MeasurementRow key={line.id} line={line} has_curve={data_series.length > 0} />
      ))}
      {others.length === 0 ? null : (
        <div role="row" className="measurement-curves">
          <div role="cell">
            {others.map((y, i) => (
              <Curve key={i} x={x} y={y} />
            ))}
          </div>
        </div>
      )}
    </>
  )
}

function linesOf({ data_series, aggregations, measured_value, ...one }: Measurement): Line[] {
  const reckoned = [
    ...(aggregations ?? []).map((each) => ({ ...each, of: one.name })),
    ...data_series.flatMap((series) =>
      (series.aggregations ?? []).map((each) => ({ ...each, of: series.name ?? one.name })),
    ),
  ]
  return [
    { ...one, value: measured_value },
    ...reckoned.map(({ id, of, type, value, unit, validators, outcome }) => ({
      id,
      name: `${of}, ${type}`,
      value,
      units: unit,
      validators,
      outcome: outcome ?? 'UNSET',
      docstring: null,
    })),
  ]
}

function MeasurementRow({ line, has_curve }: { readonly line: Line; readonly has_curve: boolean }) {
  const translation = useTranslation()
  const { name, value, units, validators, outcome, docstring } = line
  const drawn = has_curve && (value === null || value === undefined)
  return (
    <div className="measurement-row" role="row">
      <span role="cell" className="measurement-name">
        <strong>{name}</strong>
        {docstring === null ? null : <small className="muted">{docstring}</small>}
      </span>
      <span role="cell" className="measurement-value">
        {drawn ? '–' : wordsOf(value, translation)}
        {typeof value === 'number' && units !== null ? ` ${units}` : ''}
      </span>
      <span role="cell" className="measurement-limits">
        <LimitGauge value={value} validators={validators} units={units} outcome={outcome} />
      </span>
      <span role="cell">
        <Outcome of={outcome} />
      </span>
    </div>
  )
}

function wordsOf(value: unknown, { t, quantity }: Translation): string {
  if (value === null || value === undefined) return t('measured_nothing')
  if (typeof value === 'number') return quantity(value)
  if (typeof value === 'boolean') return t(value ? 'measured_yes' : 'measured_no')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
