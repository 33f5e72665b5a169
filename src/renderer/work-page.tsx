import { getLocalTimeZone, today } from '@internationalized/date'
import { useQuery } from '@tanstack/react-query'

import { deskEndpoints } from '../model/desk.ts'
import { call } from './api.ts'
import { useTranslation } from './i18n/use-translation.ts'

const DAYS = 14

/** Midnights of this PC, from 13 days ago to tomorrow: a day may have 23 or 25 hours. */
function midnights(): string[] {
  const zone = getLocalTimeZone()
  const tomorrow = today(zone).add({ days: 1 })
  return Array.from({ length: DAYS + 1 }, (_, i) =>
    tomorrow
      .subtract({ days: DAYS - i })
      .toDate(zone)
      .toISOString(),
  )
}

/** A small picture of the work: today in large numbers, two weeks in bars, and the same as a table for who cannot see bars. */
export function WorkPage() {
  const { t } = useTranslation()
  const bounds = midnights()
  const { data } = useQuery({
    queryKey: ['days', ...bounds],
    queryFn: ({ signal }) => call(deskEndpoints.days, { query: { bounds }, signal }),
  })
  const days = data?.data ?? []
  const now = days.at(-1)
  return (
    <main className="page work-page" tabIndex={0}>
      <h1 className="title">{t('work_title')}</h1>
      <div className="today">
        <Figure label={`${t('work_batches')}, ${t('work_today')}`} value={now?.batches ?? 0} />
        <Figure label={`${t('work_units')}, ${t('work_today')}`} value={now?.units ?? 0} />
      </div>
      <div className="charts" role="table" aria-label={t('work_table')}>
        <div role="rowgroup" className="chart-head">
          <div role="row" className="chart-row">
            <span role="columnheader">{t('work_day')}</span>
            <span role="columnheader">{t('work_batches')}</span>
            <span role="columnheader">{t('work_units')}</span>
          </div>
        </div>
        <div role="rowgroup" className="chart-days">
          {days.toReversed().map((day) => (
            <Day
              key={day.from}
              day={day}
              most={{
                batches: Math.max(1, ...days.map(({ batches }) => batches)),
                units: Math.max(1, ...days.map(({ units }) => units)),
              }}
            />
          ))}
        </div>
      </div>
    </main>
  )
}

function Figure({ label, value }: { readonly label: string; readonly value: number }) {
  const { number } = useTranslation()
  return (
    <p className="figure">
      <strong>{number(value)}</strong> {label}
    </p>
  )
}

interface DayProps {
  readonly day: { readonly from: string; readonly batches: number; readonly units: number }
  readonly most: { readonly batches: number; readonly units: number }
}

function Day({ day, most }: DayProps) {
  const { day: dayText } = useTranslation()
  return (
    <div role="row" className="chart-row">
      <span role="rowheader">{dayText(day.from)}</span>
      <Bar value={day.batches} most={most.batches} tone="batches" />
      <Bar value={day.units} most={most.units} tone="units" />
    </div>
  )
}

function Bar({
  value,
  most,
  tone,
}: {
  readonly value: number
  readonly most: number
  readonly tone: string
}) {
  const { number } = useTranslation()
  return (
    <span role="cell" className={`bar ${tone}`}>
      <span className="bar-fill" style={{ inlineSize: `${(value / most) * 75}%` }} aria-hidden />
      <span>{number(value)}</span>
    </span>
  )
}
