import { useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'

import { Barcode } from './barcode.tsx'
import { useChangeSettings, useSettings } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { CALIBRATION_GAP_MS, CALIBRATION_TEXTS, learn } from './scanner/calibrate.ts'
import type { Stroke } from './scanner/stroke.ts'
import type { Verdict } from './verdict.ts'
import { Window } from './window.tsx'

/** Two barcodes that the page knows: scanned once, they teach what this scanner's keys mean on this PC. */
export function CalibrateWindow({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation()
  const { scanner } = useSettings()
  const change = useChangeSettings()
  const [step, setStep] = useState(0)
  const scans = useRef<(readonly Stroke[])[]>([])
  const before = useRef(scanner)
  const learnt = useRef(false)

  // A slow scanner must be heard to be taught; what was set before comes back if nothing was learnt.
  const { mutate, mutateAsync } = change
  useEffect(() => {
    const was = before.current
    mutate({ scanner: { ...was, gap_ms: CALIBRATION_GAP_MS } })
    return () => {
      if (!learnt.current) mutate({ scanner: was })
    }
  }, [mutate])

  async function onScan(_text: string, strokes: readonly Stroke[]): Promise<Verdict> {
    scans.current = [...scans.current.slice(0, step), strokes]
    if (scans.current.length < CALIBRATION_TEXTS.length) {
      setStep(scans.current.length)
      return { kind: 'note', text: (say) => say('calibrate_scan', words(scans.current.length)) }
    }
    const lesson = learn(scans.current, before.current)
    if (lesson.kind === 'failed') {
      scans.current = []
      setStep(0)
      return {
        kind: 'refused',
        text: (say) => say(lesson.why === 'short' ? 'calibrate_short' : 'calibrate_unclear'),
      }
    }
    // "Learnt" is said when it is kept.
    await mutateAsync({ scanner: lesson.settings })
    learnt.current = true
    onClose()
    return { kind: 'done', text: (say) => say('calibrate_done') }
  }

  const words = (done: number) => ({ step: String(done + 1), count: CALIBRATION_TEXTS.length })
  return (
    <Window title={t('calibrate_title')} onClose={onClose} onScan={onScan} wide>
      <div className="window-body">
        <p className="step">{t('calibrate_scan', words(step))}</p>
        <Barcode text={CALIBRATION_TEXTS[step]!} label={t('calibrate_barcode', { step: String(step + 1) })} />
        <div className="window-buttons">
          <Button className="button" onPress={onClose}>
            {t('cancel')}
          </Button>
        </div>
      </div>
    </Window>
  )
}
