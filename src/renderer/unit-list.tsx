import { ArrowUpFromLine } from 'lucide-react'
import { memo, useEffect } from 'react'
import { Button } from 'react-aria-components'

import type { BatchDetail } from '../model/batch.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { useLongList } from './use-long-list.ts'
import { useVerdicts } from './verdict.ts'

type Unit = BatchDetail['units'][number]

const ROW_PX = 64

interface UnitListProps {
  readonly number: string
  readonly units: readonly Unit[]
  readonly onOut: (serial: string) => void
}

/** Units of a batch; one with five thousand scrolls like one with five. */
export function UnitList({ number, units, onOut }: UnitListProps) {
  const { t } = useTranslation()
  const list = useLongList({ count: units.length, row: ROW_PX, identify: (index) => units[index]?.id })
  const shown = units.slice(list.first, list.end)
  // What was just scanned is shown, wherever its serial number puts it in the list.
  const { verdict, turn } = useVerdicts()
  const latest = units.findIndex(({ serial_number }) => serial_number === verdict.unit)
  const { showRow } = list
  useEffect(() => {
    if (latest >= 0) showRow(latest)
  }, [latest, turn, showRow])
  return (
    <div
      className="unit-list"
      role="table"
      aria-label={t('batch_units_label', { number })}
      aria-rowcount={units.length + 1}
    >
      <div role="rowgroup" className="list-head">
        <div className="unit-row head" role="row" aria-rowindex={1}>
          <span role="columnheader">{t('unit_serial')}</span>
          <span role="columnheader">{t('unit_part')}</span>
          <span role="columnheader">{t('unit_since')}</span>
          <span role="columnheader">
            <span className="visually-hidden">{t('unit_out')}</span>
          </span>
        </div>
      </div>
      <div className="long-list" ref={list.scroller} onScroll={list.onScroll} role="presentation">
        <div className="long-list-track" ref={list.track} role="presentation">
          <div className="long-list-view" ref={list.view} role="rowgroup">
            {shown.map((unit, i) => (
              <UnitRow
                key={unit.id}
                unit={unit}
                index={list.first + i}
                top={(list.first + i) * ROW_PX - list.offset}
                latest={list.first + i === latest}
                onOut={onOut}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  )
}

interface UnitRowProps {
  readonly unit: Unit
  readonly index: number
  readonly top: number
  readonly latest: boolean
  readonly onOut: (serial: string) => void
}

const UnitRow = memo(function UnitRow({ unit, index, top, latest, onOut }: UnitRowProps) {
  const { t, moment } = useTranslation()
  const { serial_number: serial, part, created_at } = unit
  return (
    <div
      className={latest ? 'unit-row latest' : 'unit-row'}
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell" className="name">
        {serial}
      </span>
      <span role="cell">
        {part.number} <small>{part.revision.number}</small> <small className="muted">{part.name}</small>
      </span>
      <span role="cell">{moment(created_at)}</span>
      <span role="cell">
        <Button className="button" aria-label={t('unit_out_of', { serial })} onPress={() => onOut(serial)}>
          <ArrowUpFromLine aria-hidden size={20} /> {t('unit_out')}
        </Button>
      </span>
    </div>
  )
})
