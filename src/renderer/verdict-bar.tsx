import { Check, CircleHelp, Hourglass, Info, OctagonX, Repeat2, ScanBarcode } from 'lucide-react'
import { type ComponentType, useRef } from 'react'
import { Button } from 'react-aria-components'

import type { MessageKey } from './i18n/translate.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { type Verdict, useVerdicts } from './verdict.ts'

type Icon = ComponentType<{
  readonly 'aria-hidden': true
  readonly size: number
  readonly strokeWidth?: number
}>

const looks: { readonly [Kind in Verdict['kind']]: { readonly Icon: Icon; readonly word: MessageKey } } = {
  ready: { Icon: ScanBarcode, word: 'ready' },
  busy: { Icon: Hourglass, word: 'word_busy' },
  done: { Icon: Check, word: 'word_done' },
  already: { Icon: Repeat2, word: 'word_already' },
  note: { Icon: Info, word: 'word_note' },
  unknown: { Icon: CircleHelp, word: 'word_unknown' },
  refused: { Icon: OctagonX, word: 'word_refused' },
}

/** Says what became of the last scan: to be read from two metres, by colour, icon and word. It stays until the next one. */
export function VerdictBar() {
  const { t } = useTranslation()
  const { verdict, turn, follow } = useVerdicts()
  const { Icon, word } = looks[verdict.kind]
  const { actions = [] } = verdict
  /** A glove that bounces takes nothing back twice. */
  const done = useRef<number>(undefined)
  return (
    // It is read out and can be touched while a window is open: React Aria leaves what is marked so in reach.
    <aside
      className={`verdict ${verdict.kind}`}
      aria-label={t('verdict_label')}
      data-react-aria-top-layer="true"
    >
      {/* Drawn anew each time, so that the same verdict twice is seen as two. */}
      <div className="verdict-sign" key={turn} aria-hidden>
        <Icon aria-hidden size={56} strokeWidth={2.5} />
      </div>
      <div
        className="verdict-words"
        role="status"
        aria-live="assertive"
        data-testid="verdict"
        data-turn={turn}
      >
        <strong>{t(word as 'ready')}</strong> <span>{verdict.text(t)}</span>
      </div>
      <div className="verdict-actions">
        {actions.map((action) => (
          <Button
            key={action.label(t)}
            className="button on-verdict"
            onPress={() => {
              if (done.current === turn) return
              const work = action.run()
              if (work === undefined) return
              done.current = turn
              void follow(() => work)
            }}
          >
            {action.label(t)}
          </Button>
        ))}
      </div>
    </aside>
  )
}
