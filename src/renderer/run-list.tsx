import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'

import type { RunItem } from '../model/run.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { Outcome } from './outcome.tsx'
import { sentenceOf } from './problem.ts'
import { hashOf } from './route.ts'
import { runsQuery } from './runs.ts'

/** The runs of a unit, newest first; each opens what was measured. */
export function RunList({ serial }: { readonly serial: string }) {
  const { t } = useTranslation()
  const [pages, setPages] = useState(1)
  const read = useQueries({
    queries: Array.from({ length: pages }, (_, page) => runsQuery(serial, page)),
  })
  const error = read.find((page) => page.error)?.error
  const last = read.at(-1)?.data
  // While a new run moves the others down, one may stand on two pages.
  const runs = [...new Map(read.flatMap(({ data }) => data?.data ?? []).map((run) => [run.id, run])).values()]
  if (error)
    return (
      <p className="notice bad" role="alert">
        {sentenceOf(error, t)}
      </p>
    )
  if (read[0]?.data === undefined) return <p className="notice">{t('loading')}</p>
  if (runs.length === 0) return <p className="notice">{t('runs_none')}</p>
  return (
    <>
      <div className="run-list" role="table" aria-label={t('runs_label', { serial })}>
        <div role="rowgroup">
          <div className="run-row head" role="row">
            <span role="columnheader">{t('run_outcome')}</span>
            <span role="columnheader">{t('run_procedure')}</span>
            <span role="columnheader">{t('run_started')}</span>
            <span role="columnheader">{t('run_took')}</span>
            <span role="columnheader">{t('run_by')}</span>
          </div>
        </div>
        <div role="rowgroup">
          {runs.map((run) => (
            <RunRow key={run.id} run={run} />
          ))}
        </div>
      </div>
      {last?.meta.has_more === false ? null : (
        <Button className="button" isDisabled={last === undefined} onPress={() => setPages(pages + 1)}>
          {t('runs_more')}
        </Button>
      )}
    </>
  )
}

function RunRow({ run }: { readonly run: RunItem }) {
  const { t, moment, took } = useTranslation()
  const { id, outcome, procedure } = run
  return (
    <div className="run-row" role="row">
      <span role="cell">
        <Outcome of={outcome} size={26} />
      </span>
      <span role="cell" className="name">
        <a href={hashOf({ kind: 'run', id })}>{procedure.name}</a>{' '}
        {procedure.version ? <small className="muted">{procedure.version.tag}</small> : null}
      </span>
      <span role="cell">{moment(run.started_at)}</span>
      <span role="cell">{took(spanOf(run))}</span>
      <span role="cell">{makersOf(run).join(', ') || t('nobody')}</span>
    </div>
  )
}

/** How long something took, in milliseconds. */
export const spanOf = ({ started_at, ended_at }: Pick<RunItem, 'started_at' | 'ended_at'>) =>
  Date.parse(ended_at) - Date.parse(started_at)

/** Who stood at the tester, and which station or user reported it. */
export const makersOf = ({ operated_by, created_by_user, created_by_station }: RunItem): string[] =>
  [operated_by?.name ?? operated_by?.email, created_by_station?.name ?? created_by_user?.name].filter(
    (name) => name !== null && name !== undefined,
  )
