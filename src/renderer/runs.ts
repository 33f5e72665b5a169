import { getLocalTimeZone } from '@internationalized/date'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'

import { deskEndpoints } from '../model/desk.ts'
import { runEndpoints } from '../model/run.ts'
import { unitEndpoints } from '../model/unit.ts'
import { call } from './api.ts'

/** Units, their runs and the yield of batches, as the page asks for them. */

const RUNS_AT_ONCE = 50

export const unitQuery = (serial_number: string) =>
  queryOptions({
    queryKey: ['unit', serial_number],
    queryFn: ({ signal }) => call(unitEndpoints.get, { params: { serial_number }, signal }),
  })

/** One page of a unit's runs, newest first. */
export const runsQuery = (serial_number: string, page: number) =>
  queryOptions({
    queryKey: ['runs', serial_number, page],
    queryFn: ({ signal }) =>
      call(runEndpoints.list, {
        query: { serial_numbers: [serial_number], limit: RUNS_AT_ONCE, cursor: page * RUNS_AT_ONCE },
        signal,
      }),
  })

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: ({ signal }) => call(runEndpoints.get, { params: { id }, signal }),
  })

/** How the last runs of these units ended: at most as many as a page of the API holds. */
export const lastRunsQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ['last-runs', ids],
    queryFn: ({ signal }) => call(unitEndpoints.list, { query: { ids, limit: 100 }, signal }),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    gcTime: 20_000,
  })

export const yieldQuery = (number: string) =>
  queryOptions({
    queryKey: ['yield', number],
    queryFn: ({ signal }) =>
      call(deskEndpoints.yield, { params: { number }, query: { time_zone: getLocalTimeZone() }, signal }),
  })
