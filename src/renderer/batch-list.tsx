import { useQueries, useQuery } from '@tanstack/react-query'
import { CloudCheck, MonitorDot } from 'lucide-react'
import { memo, useEffect, useState } from 'react'

import type { BatchItem } from '../model/batch.ts'
import { type BatchFilter, PAGE_SIZE, onlyHereQuery, useBatchRows } from './batches.ts'
import { syncQuery } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { pagesOf } from './list-window.ts'
import { hashOf } from './route.ts'
import { useLongList } from './use-long-list.ts'

const ROW_PX = 56
/** Rows read ahead of what is visible. */
const AHEAD = 30
/** Who flies over the list is shown where they land, not every page on the way. */
const LANDING_MS = 70

interface BatchListProps {
  readonly filter: BatchFilter
  readonly onCount: (count: number, exact: boolean) => void
  readonly onError: (error: unknown) => void
}

/** The list itself: a window of some ten rows over as many as there are. */
export function BatchList({ filter, onCount, onError }: BatchListProps) {
  const { t } = useTranslation()
  const [pages, setPages] = useState<readonly number[]>([0])
  const rows = useBatchRows(filter, pages)
  const list = useLongList({ count: rows.count, row: ROW_PX, identify: (index) => rows.at(index)?.id })
  const { first, end } = list
  const isOnlyHere = useOnlyHere(pages, rows.at)

  const wanted = pagesOf(
    Math.max(0, first - AHEAD),
    Math.max(1, Math.min(rows.count, end + AHEAD)),
    PAGE_SIZE,
  )
  const wantedKey = wanted.join()
  useEffect(() => {
    const next = wantedKey.split(',').map(Number)
    const far = !next.some((page) => pages.includes(page))
    const timer = window.setTimeout(() => setPages(next), far ? LANDING_MS : 0)
    return () => window.clearTimeout(timer)
  }, [wantedKey])

  const { scrollTo } = list
  useEffect(() => scrollTo(0), [filter, scrollTo])
  useEffect(
    () => onCount(rows.count, rows.exact && !rows.loading),
    [rows.count, rows.exact, rows.loading, onCount],
  )
  useEffect(() => onError(rows.error), [rows.error, onError])

  const indices = Array.from({ length: end - first }, (_, i) => first + i)
  return (
    <div className="batch-list" role="table" aria-label={t('list_label')} aria-rowcount={rows.count + 1}>
      <div className="list-head" role="rowgroup">
        <div className="batch-row" role="row" aria-rowindex={1}>
          <span role="columnheader">{t('list_number')}</span>
          <span role="columnheader" className="number">
            {t('list_units')}
          </span>
          <span role="columnheader">{t('list_created')}</span>
          <span role="columnheader">{t('list_by')}</span>
          <span role="columnheader">{t('list_place')}</span>
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
            {indices.map((index) => {
              const item = rows.at(index)
              return (
                <Row
                  key={index}
                  index={index}
                  item={item}
                  top={index * ROW_PX - list.offset}
                  only_here={item !== undefined && isOnlyHere(item.id)}
                  focusable={index === Math.max(first, Math.ceil(list.offset / ROW_PX))}
                />
              )
            })}
          </div>
        </div>
      </div>
    </div>
  )
}

/** Without headquarters everything is only here: then nobody need be asked. */
function useOnlyHere(
  pages: readonly number[],
  at: (index: number) => BatchItem | undefined,
): (id: string) => boolean {
  const { data: sync } = useQuery(syncQuery)
  const asks = sync !== undefined && sync.state !== 'no_headquarters' && sync.pending > 0
  const ids = pages.map((page) =>
    asks
      ? Array.from({ length: PAGE_SIZE }, (_, i) => at(page * PAGE_SIZE + i)?.id ?? '').filter(
          (id) => id !== '',
        )
      : [],
  )
  const here = useQueries({
    queries: ids.map((some) => onlyHereQuery(some)),
    combine: (list) => new Set(list.flatMap(({ data }) => data?.ids ?? [])),
  })
  return (id) => sync?.state === 'no_headquarters' || here.has(id)
}

interface RowProps {
  readonly index: number
  readonly item: BatchItem | undefined
  readonly top: number
  readonly only_here: boolean
  /** One row is a stop of the Tab key; the arrows lead to the others. */
  readonly focusable: boolean
}

const Row = memo(function Row({ index, item, top, only_here, focusable }: RowProps) {
  const { t, number, moment } = useTranslation()
  const style = { transform: `translateY(${top}px)` }
  if (item === undefined)
    return (
      <div
        className="batch-row waiting"
        role="row"
        aria-rowindex={index + 2}
        aria-busy="true"
        style={style}
      />
    )
  const { id, number: name, unit_count, created_at, created_by_user, created_by_station } = item
  const Place = only_here ? MonitorDot : CloudCheck
  return (
    <div className="batch-row" role="row" aria-rowindex={index + 2} style={style} data-id={id}>
      <span role="cell" className="name">
        <a href={hashOf({ kind: 'batch', number: name })} data-index={index} tabIndex={focusable ? 0 : -1}>
          {name}
        </a>
      </span>
      <span role="cell" className="number">
        {number(unit_count)}
      </span>
      <span role="cell">{moment(created_at)}</span>
      <span role="cell" className="who">
        {created_by_user?.name ?? created_by_station?.name ?? t('nobody')}
      </span>
      <span role="cell" className={only_here ? 'place here' : 'place'}>
        <Place aria-hidden size={22} /> {t(only_here ? 'list_only_here' : 'list_at_headquarters')}
      </span>
    </div>
  )
})
