import { useQuery } from '@tanstack/react-query'
import { FileDown } from 'lucide-react'
import { Button } from 'react-aria-components'

import { type WaitingOperation, headquartersEndpoints } from '../model/headquarters.ts'
import { call } from './api.ts'
import { refusal } from './deeds.ts'
import type { MessageKey } from './i18n/translate.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { nounWord } from './noun-word.ts'
import { fileName, saveFile } from './save-file.ts'
import { useVerdicts } from './verdict.ts'
import { exportWaiting } from './waiting.ts'
import { Window } from './window.tsx'

/** As many as somebody looks at; the file has all. */
const SHOWN = 50

interface WaitingWindowProps {
  readonly count: number
  readonly onClose: () => void
}

/** The changes that only this PC has: to be looked at, and to be saved where the network does not come. */
export function WaitingWindow({ count, onClose }: WaitingWindowProps) {
  const { t } = useTranslation()
  const { show } = useVerdicts()
  const { data } = useQuery({
    queryKey: ['outbox'],
    queryFn: ({ signal }) => call(headquartersEndpoints.outbox, { query: { limit: SHOWN }, signal }),
  })
  async function save(): Promise<void> {
    try {
      const { file, count: saved } = await exportWaiting()
      const name = fileName('lotkeeper-waiting', 'jsonl')
      saveFile(file, name)
      show({ kind: 'done', text: (say) => say('waiting_saved', { count: saved, file: name }) })
    } catch (error) {
      show(refusal(error))
    }
  }
  const waiting = data?.data ?? []
  return (
    <Window title={t('waiting_title')} onClose={onClose} wide>
      <div className="window-body">
        <p>{count === 0 ? t('waiting_none') : t('waiting_text', { count })}</p>
        <div className="waiting" role="table" aria-label={t('waiting_list')} tabIndex={0}>
          <div role="rowgroup">
            <div role="row" className="waiting-row head">
              <span role="columnheader">{t('waiting_when')}</span>
              <span role="columnheader">{t('waiting_what')}</span>
              <span role="columnheader">{t('waiting_by')}</span>
            </div>
          </div>
          <div role="rowgroup">
            {waiting.map((operation) => (
              <WaitingRow key={operation.op_id} operation={operation} />
            ))}
          </div>
        </div>
        <div className="window-buttons">
          <Button className="button" isDisabled={waiting.length === 0} onPress={() => void save()}>
            <FileDown aria-hidden size={24} /> {t('waiting_save')}
          </Button>
          <Button className="button primary" onPress={onClose}>
            {t('close')}
          </Button>
        </div>
      </div>
    </Window>
  )
}

const deeds: Readonly<Record<string, MessageKey>> = {
  create: 'deed_create',
  move: 'deed_move',
  delete: 'deed_remove',
  remove: 'deed_remove',
}

function WaitingRow({ operation: { at, by, name, operation } }: { readonly operation: WaitingOperation }) {
  const { t, moment } = useTranslation()
  const [noun = '', verb = ''] = operation.type.split('.')
  return (
    <div role="row" className="waiting-row">
      <span role="cell">{moment(at)}</span>
      <span role="cell">
        {nounWord(noun, t)} <strong>{name ?? ''}</strong> –{' '}
        {t((deeds[verb] ?? 'deed_change') as 'deed_change')}
      </span>
      <span role="cell">{by ?? t('nobody')}</span>
    </div>
  )
}
