import { ChartNoAxesColumn } from 'lucide-react'

import type { BatchYield } from '../model/yield.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { LastRuns } from './last-runs.tsx'
import { hashOf } from './route.ts'
import { YieldPicture } from './yield-picture.tsx'

interface YieldStripProps {
  readonly number: string
  readonly tests: BatchYield
}

/** How well a batch was tested, in one line that opens the rest. */
export function YieldStrip({ number, tests }: YieldStripProps) {
  const { t, number: count, countedShare } = useTranslation()
  const { tested, first_passed, units, last, days } = tests
  return (
    <a className="yield-strip" href={hashOf({ kind: 'yield', number })}>
      <span className="yield-figure">
        <strong>{countedShare(first_passed, tested)}</strong>
        <span>{t('yield_first')}</span>
        <small className="muted">{t('yield_tested', { tested: count(tested), units: count(units) })}</small>
      </span>
      <LastRuns last={last} />
      <YieldPicture days={days} />
      <span className="yield-more">
        <ChartNoAxesColumn aria-hidden size={24} /> {t('yield_open')}
      </span>
    </a>
  )
}
