import { useQuery } from '@tanstack/react-query'

import type { RunDetail } from '../model/run.ts'
import { Attachments } from './attachments.tsx'
import { BackButton } from './back-button.tsx'
import { useTranslation } from './i18n/use-translation.ts'
import { Measurements } from './measurements.tsx'
import { Outcome } from './outcome.tsx'
import { isGone, sentenceOf } from './problem.ts'
import { hashOf } from './route.ts'
import { makersOf, spanOf } from './run-list.tsx'
import { runQuery } from './runs.ts'

/** One run: what did not pass first, then everything that was measured, phase by phase. */
export function RunPage({ id }: { readonly id: string }) {
  const { t, moment, took } = useTranslation()
  const { data: run, error } = useQuery({ ...runQuery(id), retry: false })
  if (run === undefined || isGone(error))
    return (
      <main className="page">
        <div className="toolbar">
          <BackButton otherwise={{ kind: 'batches' }} />
        </div>
        <h1 className="title">{t('runs_title')}</h1>
        <p className={error ? 'notice bad' : 'notice'} role={error ? 'alert' : 'status'}>
          {error ? sentenceOf(error, t) : t('loading')}
        </p>
      </main>
    )
  const { unit, procedure } = run
  const serial = unit.serial_number
  return (
    <main className="page run-page" tabIndex={0}>
      <div className="toolbar">
        <BackButton otherwise={{ kind: 'unit', serial }} />
        <a className="button" href={hashOf({ kind: 'unit', serial })}>
          {t('run_of', { serial })}
        </a>
      </div>
      <div className="run-title">
        <h1 className="title">
          {procedure.name} {procedure.version ? <small>{procedure.version.tag}</small> : null}
        </h1>
        <p className="big-outcome">
          <Outcome of={run.outcome} size={40} />
        </p>
      </div>
      <p className="muted">
        {t('run_when', {
          when: moment(run.started_at),
          span: took(spanOf(run)),
          who: makersOf(run).join(', ') || t('nobody'),
        })}
      </p>
      {run.docstring === null ? null : <p className="docstring">{run.docstring}</p>}
      <Measured run={run} />
      <Attachments attachments={run.attachments} />
      <Log run={run} />
    </main>
  )
}

function Measured({ run: { phases, payload } }: { readonly run: RunDetail }) {
  const { t } = useTranslation()
  if (payload === 'elsewhere') return <p className="notice">{t('run_elsewhere')}</p>
  if (phases.length === 0) return <p className="notice">{t('run_empty')}</p>
  const failed = phases.flatMap(({ name, measurements }) =>
    measurements
      .filter(({ outcome }) => outcome === 'FAIL')
      // The curves stand where the measurement does.
      .map((one) => ({ ...one, name: `${name}: ${one.name}`, data_series: [] })),
  )
  const title = t('run_failed', { count: failed.length })
  return (
    <>
      {failed.length === 0 ? null : (
        <section className="card failed">
          <h2>{title}</h2>
          <Measurements label={title} measurements={failed} />
        </section>
      )}
      {phases.map((phase) => (
        <Phase key={phase.id} phase={phase} />
      ))}
    </>
  )
}

function Phase({ phase }: { readonly phase: RunDetail['phases'][number] }) {
  const { t, took } = useTranslation()
  const { name, outcome, docstring, measurements, retry_count } = phase
  return (
    <section className="card phase">
      <div className="phase-head">
        <h2>{name}</h2>
        <Outcome of={outcome} />
        <span className="muted">
          {t('phase_took', { span: took(spanOf(phase)) })}
          {retry_count > 0 ? `, ${t('phase_retries', { count: retry_count })}` : ''}
        </span>
      </div>
      {docstring === null ? null : <p className="docstring">{docstring}</p>}
      {measurements.length === 0 ? (
        <p className="muted">{t('phase_empty')}</p>
      ) : (
        <Measurements label={name} measurements={measurements} />
      )}
    </section>
  )
}

function Log({ run: { logs } }: { readonly run: RunDetail }) {
  const { t, time } = useTranslation()
  if (logs.length === 0) return null
  return (
    <details className="card log">
      <summary>{t('run_log', { count: logs.length })}</summary>
      <ol>
        {logs.map(({ id, level, timestamp, message }) => (
          <li key={id}>
            {time(timestamp)} <strong>{level}</strong> {message}
          </li>
        ))}
      </ol>
    </details>
  )
}
