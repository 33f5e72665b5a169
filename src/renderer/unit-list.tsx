import { useQueries } from '@tanstack/react-query'
import { ArrowUpFromLine } from 'lucide-react'
import { memo, useEffect } from 'react'
import { Button } from 'react-aria-components'

import type { BatchDetail } from '../model/batch.ts'
import type { UnitItem } from '../model/unit.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { pagesOf } from './list-window.ts'
import { Outcome } from './outcome.tsx'
import { hashOf } from './route.ts'
import { lastRunsQuery } from './runs.ts'
import { useLongList } from './use-long-list.ts'
import { useVerdicts } from './verdict.ts'

type Unit = BatchDetail['units'][number]

const ROW_PX = 64
/** Units whose last runs are asked for together. */
const CHUNK = 50

/** Who comes back to the list finds the unit that was opened from it. */
let opened: string | undefined

interface UnitListProps {
  readonly number: string
  readonly units: readonly Unit[]
  /** Whether any unit was tested: only then the list says how. */
  readonly tested: boolean
  readonly onOut: (serial: string) => void
}

/** Units of a batch; one with five thousand scrolls like one with five. Each row opens its unit. */
export function UnitList({ number, units, tested, onOut }: UnitListProps) {
  const { t } = useTranslation()
  const list = useLongList({ count: units.length, row: ROW_PX, identify: (index) => units[index]?.id })
  const { first, ready, showRow } = list
  const shown = units.slice(first, list.end)
  const lastRunOf = useLastRuns(tested ? units : [], first, list.end)
  // What was just scanned is shown, wherever its serial number puts it in the list.
  const { verdict, turn } = useVerdicts()
  const latest = units.findIndex(({ serial_number }) => serial_number === verdict.unit)
  useEffect(() => {
    if (ready && latest >= 0) showRow(latest)
  }, [latest, turn, ready, showRow])
  useEffect(() => {
    const index = units.findIndex(({ id }) => id === opened)
    if (!ready) return
    opened = undefined
    if (index >= 0) list.focusRow(index)
    // Once, as soon as there is something to see.
  }, [ready])
  return (
    <div
      className={tested ? 'unit-list tested' : 'unit-list'}
      role="table"
      aria-label={t('batch_units_label', { number })}
      aria-rowcount={units.length + 1}
    >
      <div role="rowgroup" className="list-head">
        <div className="unit-row head" role="row" aria-rowindex={1}>
          <span role="columnheader">{t('unit_serial')}</span>
          <span role="columnheader">{t('unit_part')}</span>
          {tested ? <span role="columnheader">{t('unit_last_run')}</span> : null}
          <span role="columnheader">{t('unit_since')}</span>
          <span role="columnheader">
            <span className="visually-hidden">{t('unit_out')}</span>
          </span>
        </div>
      </div>
      <div
        className="long-list"
        ref={list.scroller}
        onScroll={list.onScroll}
        onKeyDown={list.onKeyDown}
        role="presentation"
      >
        <div className="long-list-track" ref={list.track} role="presentation">
          <div className="long-list-view" ref={list.view} role="rowgroup">
            {shown.map((unit, i) => (
              <UnitRow
                key={unit.id}
                unit={unit}
                index={first + i}
                top={(first + i) * ROW_PX - list.offset}
                latest={first + i === latest}
                focusable={first + i === Math.max(first, Math.ceil(list.offset / ROW_PX))}
                {...(tested ? { last_run: lastRunOf(unit.id) } : {})}
                onOut={onOut}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  )
}

type LastRun = UnitItem['last_run']

/** How the last runs of the visible units ended; undefined while that is on its way. */
function useLastRuns(
  units: readonly Unit[],
  first: number,
  end: number,
): (id: string) => LastRun | undefined {
  const chunks = pagesOf(first, Math.min(units.length, end), CHUNK)
  const known = useQueries({
    queries: chunks.map((chunk) =>
      lastRunsQuery(units.slice(chunk * CHUNK, (chunk + 1) * CHUNK).map(({ id }) => id)),
    ),
    combine: (answers) =>
      new Map(
        answers.flatMap(({ data }) => data?.data.map(({ id, last_run }) => [id, last_run] as const) ?? []),
      ),
  })
  return (id) => known.get(id)
}

interface UnitRowProps {
  readonly unit: Unit
  readonly index: number
  readonly top: number
  readonly latest: boolean
  /** One row is a stop of the Tab key; the arrows lead to the others. */
  readonly focusable: boolean
  readonly last_run?: LastRun | undefined
  readonly onOut: (serial: string) => void
}

const UnitRow = memo(function UnitRow(props: UnitRowProps) {
  const { t, moment } = useTranslation()
  const { unit, index, top, latest, focusable, onOut } = props
  const { id, serial_number: serial, part, created_at } = unit
  return (
    <div
      className={latest ? 'unit-row latest' : 'unit-row'}
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell" className="name">
        <a
          href={hashOf({ kind: 'unit', serial })}
          data-index={index}
          tabIndex={focusable ? 0 : -1}
          onClick={() => void (opened = id)}
        >
          {serial}
        </a>
      </span>
      <span role="cell">
        {part.number} <small>{part.revision.number}</small> <small className="muted">{part.name}</small>
      </span>
      {'last_run' in props ? (
        <span role="cell">
          {props.last_run ? (
            <Outcome of={props.last_run.outcome} />
          ) : props.last_run === null ? (
            <span className="muted">{t('unit_untested')}</span>
          ) : null}
        </span>
      ) : null}
      <span role="cell">{moment(created_at)}</span>
      <span role="cell">
        <Button className="button" aria-label={t('unit_out_of', { serial })} onPress={() => onOut(serial)}>
          <ArrowUpFromLine aria-hidden size={20} /> {t('unit_out')}
        </Button>
      </span>
    </div>
  )
})
