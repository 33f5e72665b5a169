import { FileDown, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from 'react-aria-components'

import type { BatchFilter } from './batches.ts'
import { exportBatches } from './csv.ts'
import { refusal } from './deeds.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { fileName, saveFile } from './save-file.ts'
import { useVerdicts } from './verdict.ts'

/** Saves what the list shows as a CSV file. A long one says how far it is, and can be stopped. */
export function ExportButton({ filter }: { readonly filter: BatchFilter }) {
  const { t, number } = useTranslation()
  const { show } = useVerdicts()
  const [done, setDone] = useState<number | undefined>()
  const running = useRef<AbortController>(undefined)

  async function start(): Promise<void> {
    const abort = new AbortController()
    running.current = abort
    setDone(0)
    try {
      const { file, count } = await exportBatches(filter, abort.signal, setDone)
      const name = fileName('lotkeeper', 'csv')
      saveFile(file, name)
      show({ kind: 'done', text: (say) => say('export_done', { count, file: name }) })
    } catch (error) {
      if (!abort.signal.aborted) show(refusal(error))
    } finally {
      setDone(undefined)
    }
  }

  return done === undefined ? (
    <Button className="button" onPress={() => void start()}>
      <FileDown aria-hidden size={22} /> {t('export_csv')}
    </Button>
  ) : (
    <Button className="button active" onPress={() => running.current?.abort()}>
      <X aria-hidden size={22} /> {t('export_running', { done: number(done) })} – {t('cancel')}
    </Button>
  )
}
