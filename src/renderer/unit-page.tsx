import { useQuery } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import type { ReactNode } from 'react'

import type { UnitDetail } from '../model/unit.ts'
import { Attachments } from './attachments.tsx'
import { BackButton } from './back-button.tsx'
import { useTranslation } from './i18n/use-translation.ts'
import { isGone, sentenceOf } from './problem.ts'
import { hashOf } from './route.ts'
import { RunList } from './run-list.tsx'
import { sampleWord } from './sample-word.ts'
import { unitQuery } from './runs.ts'

/** One unit: what it is, where it belongs, and how it was tested. */
export function UnitPage({ serial }: { readonly serial: string }) {
  const { t } = useTranslation()
  const { data: unit, error } = useQuery({ ...unitQuery(serial), retry: false })
  const above = unit?.batch ? ({ kind: 'batch', number: unit.batch.number } as const) : undefined
  return (
    <main className="page unit-page" tabIndex={0}>
      <div className="toolbar">
        <BackButton otherwise={above ?? { kind: 'batches' }} />
      </div>
      <h1 className="title">{unit?.serial_number ?? serial}</h1>
      {unit === undefined || isGone(error) ? (
        <p className={error ? 'notice bad' : 'notice'} role={error ? 'alert' : 'status'}>
          {error ? (isGone(error) ? t('unit_gone', { serial }) : sentenceOf(error, t)) : t('loading')}
        </p>
      ) : (
        <>
          <Facts unit={unit} />
          <h2>{t('runs_title')}</h2>
          <RunList serial={unit.serial_number} />
          <Attachments attachments={unit.attachments} />
        </>
      )}
    </main>
  )
}

function Facts({ unit }: { readonly unit: UnitDetail }) {
  const { t, moment } = useTranslation()
  const { part, batch, parent, children, sample } = unit
  const maker = unit.created_by_user?.name ?? unit.created_by_station?.name ?? t('nobody')
  return (
    <>
      <p className="muted">
        {t('unit_made', { when: moment(unit.created_at), who: maker })}
        {sample === null ? null : (
          <span className="sample">
            <FlaskConical aria-hidden size={20} /> {sampleWord(sample, t)}
          </span>
        )}
      </p>
      <dl className="facts">
        <Fact name={t('unit_part')}>
          <strong>{part.number}</strong> <span className="muted">{part.name}</span>
        </Fact>
        <Fact name={t('unit_revision')}>
          <strong>{part.revision.number}</strong>
        </Fact>
        <Fact name={t('unit_batch')}>
          {batch ? (
            <a className="button" href={hashOf({ kind: 'batch', number: batch.number })}>
              {batch.number}
            </a>
          ) : (
            t('unit_no_batch')
          )}
        </Fact>
        {parent ? (
          <Fact name={t('unit_parent')}>
            <UnitLink serial={parent.serial_number} />
          </Fact>
        ) : null}
        {children.length > 0 ? (
          <Fact name={t('unit_children')}>
            {children.map((child) => (
              <UnitLink key={child.id} serial={child.serial_number} />
            ))}
          </Fact>
        ) : null}
      </dl>
    </>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

const UnitLink = ({ serial }: { readonly serial: string }) => (
  <a className="button" href={hashOf({ kind: 'unit', serial })}>
    {serial}
  </a>
)
