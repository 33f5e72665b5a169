import { keepPreviousData, queryOptions, useQueries, useQuery } from '@tanstack/react-query'
import { useRef } from 'react'

import { type BatchItem, batchEndpoints } from '../model/batch.ts'
import { deskEndpoints } from '../model/desk.ts'
import type { Page } from '../model/page.ts'
import { type QueryValues, call } from './api.ts'
import { totalsQuery } from './desk.ts'

/** What the list shows: all that the contract can filter and sort by. */
export interface BatchFilter {
  readonly search: string
  readonly part: string
  readonly revision: string
  readonly after: string
  readonly before: string
  readonly sort: SortName
}

export const sorts = {
  newest: { sort_by: 'created_at', sort_order: 'desc' },
  oldest: { sort_by: 'created_at', sort_order: 'asc' },
  number_up: { sort_by: 'number', sort_order: 'asc' },
  number_down: { sort_by: 'number', sort_order: 'desc' },
} as const
export type SortName = keyof typeof sorts

export const everything: BatchFilter = {
  search: '',
  part: '',
  revision: '',
  after: '',
  before: '',
  sort: 'newest',
}

export const isNarrowed = ({ search, part, revision, after, before }: BatchFilter) =>
  [search, part, revision, after, before].some((value) => value !== '')

/** The most the API gives at once: fewer requests while somebody flies over a million rows. */
export const PAGE_SIZE = 100

export const filterValues = (filter: BatchFilter): QueryValues => ({
  search_query: filter.search,
  part_numbers: filter.part,
  revision_numbers: filter.revision,
  created_after: filter.after,
  created_before: filter.before,
  ...sorts[filter.sort],
})

const pageQuery = (filter: BatchFilter, page: number) =>
  queryOptions({
    queryKey: ['batches', filter, page],
    queryFn: ({ signal }) =>
      call(batchEndpoints.list, {
        query: { ...filterValues(filter), limit: PAGE_SIZE, cursor: page * PAGE_SIZE },
        signal,
      }),
    // Pages flown over are forgotten soon, so that memory stays what a screen needs.
    gcTime: 20_000,
  })

export interface Rows {
  /** Undefined while its page is on its way. */
  readonly at: (index: number) => BatchItem | undefined
  /** How many there are; while that is not known, how many there are at least, and one page more to scroll to. */
  readonly count: number
  readonly exact: boolean
  readonly error: unknown
  readonly loading: boolean
}

/** The rows of these pages, kept true by whatever invalidates queries. */
export function useBatchRows(filter: BatchFilter, pages: readonly number[]): Rows {
  const results = useQueries({
    queries: pages.map((page) => pageQuery(filter, page)),
    combine: (list) => ({
      pages: new Map<number, Page<BatchItem> | undefined>(list.map(({ data }, i) => [pages[i]!, data])),
      error: list.find(({ error }) => error)?.error ?? undefined,
      loading: list.some(({ isPending }) => isPending),
    }),
  })
  const total = useTotal(filter)
  // Between two pages nothing may be loaded: then the list is as long as it just was.
  const last = useRef({ filter, count: 0, exact: false })
  if (last.current.filter !== filter) last.current = { filter, count: 0, exact: false }
  const known = total === undefined ? reach(results.pages) : { count: total, exact: true }
  if (known) last.current = { filter, ...known }
  const { count, exact } = last.current
  return {
    at: (index) => results.pages.get(Math.floor(index / PAGE_SIZE))?.data[index % PAGE_SIZE],
    count,
    exact,
    error: results.error,
    loading: results.loading,
  }
}

/** The API counts nothing; what is loaded says how far the list reaches at least, and one page more to scroll to. */
function reach(
  pages: ReadonlyMap<number, Page<BatchItem> | undefined>,
): { count: number; exact: boolean } | undefined {
  const loaded = [...pages].flatMap(([page, content]) => (content ? [{ page, ...content }] : []))
  const last = loaded.toSorted((a, b) => a.page - b.page).at(-1)
  if (!last) return undefined
  const end = last.page * PAGE_SIZE + last.data.length
  return last.meta.has_more ? { count: end + PAGE_SIZE, exact: false } : { count: end, exact: true }
}

/** How many rows there are where the station can tell without looking at them: of all, and of a span of time. */
function useTotal(filter: BatchFilter): number | undefined {
  const { search, part, revision, after, before } = filter
  const countable = search === '' && part === '' && revision === ''
  const dated = after !== '' || before !== ''
  const all = useQuery({ ...totalsQuery, enabled: countable && !dated })
  const span = useQuery({
    queryKey: ['span', after, before],
    queryFn: ({ signal }) =>
      call(deskEndpoints.days, { query: { bounds: [after || FIRST_DAY, endOf(before)] }, signal }),
    enabled: countable && dated,
    placeholderData: keepPreviousData,
  })
  if (!countable) return undefined
  return dated ? span.data?.data[0]?.batches : all.data?.batches
}

const FIRST_DAY = '1970-01-01T00:00:00.000Z'
const LAST_DAY = '9999-12-31T00:00:00.000Z'

/** `created_before` includes its moment, a span ends before it. */
const endOf = (before: string) => (before === '' ? LAST_DAY : new Date(Date.parse(before) + 1).toISOString())

export const batchQuery = (number: string) =>
  queryOptions({
    queryKey: ['batch', number],
    queryFn: ({ signal }) => call(batchEndpoints.get, { params: { number }, signal }),
  })

/** Which of these batches headquarters does not have yet. */
export const onlyHereQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['only-here', ids],
    queryFn: ({ signal }) => call(deskEndpoints.onlyHere, { query: { ids }, signal }),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    gcTime: 20_000,
  })
