import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { type DeskSettings, deskEndpoints, deskSettings } from '../model/desk.ts'
import { call } from './api.ts'
import { refusal } from './deeds.ts'
import { useVerdicts } from './verdict.ts'

/** What the whole page needs to know of the station. */
export const identityQuery = queryOptions({
  queryKey: ['identity'],
  queryFn: ({ signal }) => call(deskEndpoints.identity, { signal }),
})

const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => call(deskEndpoints.settings, { signal }),
})

const SYNC_EVERY_MS = 5_000

export const syncQuery = queryOptions({
  queryKey: ['sync'],
  queryFn: ({ signal }) => call(deskEndpoints.sync, { signal }),
  // Being offline commits nothing, so nobody says that it changed.
  refetchInterval: SYNC_EVERY_MS,
})

export const conflictsQuery = queryOptions({
  queryKey: ['conflicts'],
  queryFn: ({ signal }) => call(deskEndpoints.conflicts, { signal }),
})

export const totalsQuery = queryOptions({
  queryKey: ['totals'],
  queryFn: ({ signal }) => call(deskEndpoints.totals, { signal }),
})

const defaults = deskSettings.parse({})

/** Until the station has said otherwise, as on the first day. */
export const useSettings = (): DeskSettings => useQuery(settingsQuery).data ?? defaults

/** Changes some settings: at once on the screen, then at the station; taken back, and said so, if that says no. */
export function useChangeSettings() {
  const queries = useQueryClient()
  const { show } = useVerdicts()
  return useMutation({
    mutationFn: (change: Partial<DeskSettings>) =>
      call(deskEndpoints.changeSettings, {
        body: { ...(queries.getQueryData(settingsQuery.queryKey) ?? defaults), ...change },
      }),
    onMutate: async (change) => {
      await queries.cancelQueries(settingsQuery)
      const before = queries.getQueryData(settingsQuery.queryKey)
      queries.setQueryData(settingsQuery.queryKey, { ...(before ?? defaults), ...change })
      return { before }
    },
    onError: (error, _change, kept) => {
      queries.setQueryData(settingsQuery.queryKey, kept?.before)
      show(refusal(error))
    },
    onSettled: () => queries.invalidateQueries(settingsQuery),
  })
}

/** True for a person's key: a station's own key renames and deletes nothing (contract v2 §2.11). */
export const useMayEdit = () => useQuery(identityQuery).data?.caller.kind === 'user'
