import type { BatchYield } from '../model/yield.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { Outcome, outcomeLooks } from './outcome.tsx'

/** How the last runs of a batch's units ended, the best first. */
export function LastRuns({ last }: Pick<BatchYield, 'last'>) {
  const { number } = useTranslation()
  const order = Object.keys(outcomeLooks)
  return (
    <span className="last-runs">
      {last
        .toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome))
        .map(({ outcome, units }) => (
          <Outcome key={outcome} of={outcome} count={number(units)} />
        ))}
    </span>
  )
}
