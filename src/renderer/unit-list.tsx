import { ArrowUpFromLine } from 'lucide-react'
import { memo } from 'react'
import { Button } from 'react-aria-components'

import type { BatchDetail } from '../model/batch.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { useLongList } from './use-long-list.ts'

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
  return (
    <div
      className="unit-list"
      role="table"
      aria-label={t('batch_units_label', { number })}
      aria-rowcount={units.length + 1}
    >
      <div role="rowgroup">
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
  readonly onOut: (serial: string) => void
}

const UnitRow = memo(function UnitRow({ unit, index, top, onOut }: UnitRowProps) {
  const { t, moment } = useTranslation()
  const { serial_number: serial, part, created_at } = unit
  return (
    <div
      className="unit-row"
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
