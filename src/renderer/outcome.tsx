import {
  CircleCheck,
  CircleDashed,
  CircleSlash,
  CircleX,
  SkipForward,
  Timer,
  TriangleAlert,
} from 'lucide-react'
import type { ComponentType } from 'react'

import type { RunItem } from '../model/run.ts'
import type { MessageKey } from './i18n/translate.ts'
import { useTranslation } from './i18n/use-translation.ts'

/** Of runs, phases and measurements. */
export type AnyOutcome = RunItem['outcome'] | 'SKIP' | 'UNSET'

type Icon = ComponentType<{ readonly 'aria-hidden': true; readonly size: number }>

interface Look {
  readonly Icon: Icon
  readonly word: MessageKey & `outcome_${string}`
  readonly tone: 'good' | 'bad' | 'warn' | 'plain'
}

export const outcomeLooks: { readonly [Name in AnyOutcome]: Look } = {
  PASS: { Icon: CircleCheck, word: 'outcome_pass', tone: 'good' },
  FAIL: { Icon: CircleX, word: 'outcome_fail', tone: 'bad' },
  ERROR: { Icon: TriangleAlert, word: 'outcome_error', tone: 'bad' },
  TIMEOUT: { Icon: Timer, word: 'outcome_timeout', tone: 'warn' },
  ABORTED: { Icon: CircleSlash, word: 'outcome_aborted', tone: 'warn' },
  SKIP: { Icon: SkipForward, word: 'outcome_skip', tone: 'plain' },
  UNSET: { Icon: CircleDashed, word: 'outcome_unset', tone: 'plain' },
}

interface OutcomeProps {
  readonly of: AnyOutcome
  readonly size?: number
  /** Said after the word: how many ended so. */
  readonly count?: string
}

/** How something ended, by word, icon and colour. */
export function Outcome({ of, size = 22, count }: OutcomeProps) {
  const { t } = useTranslation()
  const { Icon, word, tone } = outcomeLooks[of]
  return (
    <span className={`outcome ${tone}`}>
      <Icon aria-hidden size={size} />
      <span>
        {t(word)}
        {count === undefined ? null : <strong> {count}</strong>}
      </span>
    </span>
  )
}
