import { useQuery } from '@tanstack/react-query'
import { Merge } from 'lucide-react'

import { joinedQuery } from './headquarters.ts'
import { useTranslation } from './i18n/use-translation.ts'

/** The batches that are this one now: why its units may come from another station. */
export function Joined({ id }: { readonly id: string }) {
  const { t, moment } = useTranslation()
  const { data } = useQuery(joinedQuery(id))
  if (!data || data.data.length === 0) return null
  return (
    <ul className="joined">
      {data.data.map(({ id: own, number, created_at, created_by_user, created_by_station, station }) => (
        <li key={own}>
          <Merge aria-hidden size={22} />
          {t('joined_from', {
            number,
            station: station?.name ?? t('nobody'),
            when: moment(created_at),
            who: created_by_user?.name ?? created_by_station?.name ?? t('nobody'),
          })}
        </li>
      ))}
    </ul>
  )
}
