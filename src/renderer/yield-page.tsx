import { useQuery } from '@tanstack/react-query'

import type { BatchYield } from '../model/yield.ts'
import { BackButton } from './back-button.tsx'
import { useTranslation } from './i18n/use-translation.ts'
import { LastRuns } from './last-runs.tsx'
import { isGone, sentenceOf } from './problem.ts'
import { yieldQuery } from './runs.ts'

/** Days in the table: a month of work. */
const DAYS = 31

/** The yield of a batch: in all, by procedure and over time. */
export function YieldPage({ number }: { readonly number: string }) {
  const { t } = useTranslation()
  const { data, error } = useQuery({ ...yieldQuery(number), retry: false })
  return (
    <main className="page yield-page" tabIndex={0}>
      <div className="toolbar">
        <BackButton otherwise={{ kind: 'batch', number }} />
      </div>
      <h1 className="title">{t('yield_title', { number })}</h1>
      {data === undefined || isGone(error) ? (
        <p className={error ? 'notice bad' : 'notice'} role={error ? 'alert' : 'status'}>
          {error ? (isGone(error) ? t('batch_gone', { number }) : sentenceOf(error, t)) : t('loading')}
        </p>
      ) : data.tested === 0 ? (
        <p className="notice">{t('yield_none')}</p>
      ) : (
        <Tested data={data} />
      )}
    </main>
  )
}

function Tested({ data }: { readonly data: BatchYield }) {
  const { t, number, countedShare, date } = useTranslation()
  const { tested, first_passed, units, samples, last, procedures, days } = data
  const shown = days.slice(-DAYS).toReversed()
  return (
    <>
      <div className="today">
        <p className="figure">
          <strong>{countedShare(first_passed, tested)}</strong> {t('yield_first')}
          <small>{t('yield_passed', { passed: number(first_passed), tested: number(tested) })}</small>
        </p>
        <p className="figure">
          <strong>{number(tested)}</strong> {t('yield_units')}
          <small>
            {t('yield_of_units', { count: units })}
            {samples > 0 ? `, ${t('yield_samples', { count: samples })}` : ''}
          </small>
        </p>
        <div className="figure">
          <h2>{t('yield_last')}</h2>
          <LastRuns last={last} />
        </div>
      </div>
      <Shares
        title={
          shown.length === days.length
            ? t('yield_days')
            : t('yield_days_last', { shown: number(shown.length), all: number(days.length) })
        }
        name={t('yield_day')}
        rows={shown.map(({ day, ...share }) => ({ id: day, name: date(day), ...share }))}
      />
      {procedures.length > 1 ? (
        <Shares title={t('yield_procedures')} name={t('run_procedure')} rows={procedures} />
      ) : null}
      <p className="muted">{t('yield_rule')}</p>
    </>
  )
}

interface SharesProps {
  readonly title: string
  readonly name: string
  readonly rows: readonly {
    readonly id: string
    readonly name: string
    readonly tested: number
    readonly first_passed: number
  }[]
}

/** Shares of tested units as bars as long as they are many, filled as far as they passed; in words beside them. */
function Shares({ title, name, rows }: SharesProps) {
  const { t, number, countedShare } = useTranslation()
  const most = Math.max(1, ...rows.map(({ tested }) => tested))
  return (
    <>
      <h2>{title}</h2>
      <div className="charts shares" role="table" aria-label={title}>
        <div role="rowgroup" className="chart-head">
          <div role="row" className="chart-row">
            <span role="columnheader">{name}</span>
            <span role="columnheader">{t('yield_units')}</span>
            <span role="columnheader">{t('yield_first_passed')}</span>
          </div>
        </div>
        <div role="rowgroup" className="chart-days">
          {rows.map(({ id, name: called, tested, first_passed }) => (
            <div key={id} role="row" className="chart-row">
              <span role="rowheader">{called}</span>
              <span role="cell" className="bar">
                <span className="share-bar" style={{ inlineSize: `${(tested / most) * 75}%` }} aria-hidden>
                  <span style={{ inlineSize: `${(first_passed / tested) * 100}%` }} />
                </span>
                <span>{number(tested)}</span>
              </span>
              <span role="cell">
                <strong>{countedShare(first_passed, tested)}</strong> ({number(first_passed)})
              </span>
            </div>
          ))}
        </div>
      </div>
    </>
  )
}
