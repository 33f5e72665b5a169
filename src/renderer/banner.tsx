import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { Button } from 'react-aria-components'

import { syncQuery } from './desk.ts'
import { isDiskLow, needsPerson, troubleSentence } from './headquarters.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { goTo } from './route.ts'

/** What does not cure itself, in every view until somebody has seen to it. The work goes on meanwhile. */
export function Banner() {
  const translation = useTranslation()
  const { t, size } = translation
  const { data: sync } = useQuery(syncQuery)
  const between = sync && needsPerson(sync) ? troubleSentence(sync, translation) : undefined
  const disk = sync && isDiskLow(sync) ? t('disk_low', { free: size(sync.disk_free_bytes ?? 0) }) : undefined
  if (between === undefined && disk === undefined) return null
  return (
    <section className="banner" aria-label={t('banner_label')} data-testid="banner">
      <TriangleAlert aria-hidden size={32} />
      <div role="status">
        {disk === undefined ? null : <p>{disk}</p>}
        {between === undefined ? null : <p>{between}</p>}
      </div>
      {between === undefined ? null : (
        <Button className="button" onPress={() => goTo({ kind: 'settings', section: 'headquarters' })}>
          {t('do_headquarters')}
        </Button>
      )}
    </section>
  )
}
