import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'

import { attempt, refusal } from './deeds.ts'
import { useSettings } from './desk.ts'
import { goTo, readPlace } from './route.ts'
import { type Desk, type ScanTarget, ScanContext, actOnScan } from './scan.ts'
import { decodeScan } from './scanner/decode.ts'
import { listenToScanner } from './scanner/listen.ts'
import type { Stroke } from './scanner/stroke.ts'
import { playVerdict } from './sounds.ts'
import { MOVED_MS, type Verdict, VerdictContext, readyVerdict } from './verdict.ts'

/** Longer than this and the bar says that something is being done; a scan is answered sooner. */
const PATIENCE_MS = 150

interface ScanningProps {
  readonly askForUnit: Desk['askForUnit']
  readonly children: ReactNode
}

/** Hears the scanner wherever the focus is, has one scan after the other done, and shows and sounds what came of it. */
export function Scanning({ askForUnit, children }: ScanningProps) {
  const settings = useSettings()
  const [{ verdict, turn }, setShown] = useState({ verdict: readyVerdict, turn: 0 })
  const targets = useRef<ScanTarget[]>([])
  const queue = useRef<Promise<unknown>>(Promise.resolve())
  const latest = useRef({ settings, askForUnit })
  useEffect(() => {
    latest.current = { settings, askForUnit }
  })

  const show = useCallback((next: Verdict) => {
    setShown((now) => ({ verdict: next, turn: now.turn + (next.kind === 'busy' ? 0 : 1) }))
    const { sounds, volume } = latest.current.settings
    if (sounds) playVerdict(next.kind, volume)
  }, [])

  const follow = useCallback(
    async (work: () => Promise<Verdict>) => {
      const timer = window.setTimeout(() => show({ kind: 'busy', text: () => '' }), PATIENCE_MS)
      const result = await work().catch((error: unknown) => refusal(error))
      window.clearTimeout(timer)
      show(result)
      return result
    },
    [show],
  )

  const touching = useRef(false)
  const moved = useRef({ place: '', at: Number.NEGATIVE_INFINITY })
  const touch = useCallback(
    (work: () => Promise<Verdict>, place = '') => {
      const moves = place !== '' && place === moved.current.place
      if (touching.current || (moves && performance.now() - moved.current.at < MOVED_MS)) return
      touching.current = true
      void follow(work).then(({ kind }) => {
        touching.current = false
        if (kind !== 'refused') moved.current = { place, at: performance.now() }
      })
    },
    [follow],
  )

  useEffect(() => {
    const onScan = (strokes: readonly Stroke[]) => {
      const text = decodeScan(strokes, latest.current.settings.scanner)
      const work = async (): Promise<Verdict> => {
        const target = targets.current.at(-1)
        if (target) return target(text, strokes)
        const { new_units } = latest.current.settings
        const place = readPlace(window.location.hash)
        return actOnScan(text, { place, new_units, askForUnit: latest.current.askForUnit })
      }
      // A quick hand scans the next label before the first is answered: none overtakes another.
      queue.current = queue.current.then(() => follow(() => attempt(work, text)))
    }
    const onStray = () =>
      show({
        kind: 'refused',
        text: (t) => t('said_stray'),
        actions: [
          {
            label: (t) => t('do_scanner'),
            run: () => {
              goTo({ kind: 'settings', section: 'scanner' })
              return undefined
            },
          },
        ],
      })
    const onTorn = () => show({ kind: 'refused', text: (t) => t('said_torn') })
    return listenToScanner(() => latest.current.settings.scanner, { onScan, onStray, onTorn })
  }, [follow, show])

  const scanContext = useMemo(
    () => ({
      push(target: ScanTarget) {
        targets.current.push(target)
        return () => {
          targets.current = targets.current.filter((other) => other !== target)
        }
      },
    }),
    [],
  )
  const verdicts = useMemo(
    () => ({ verdict, turn, show, follow, touch }),
    [verdict, turn, show, follow, touch],
  )
  return (
    <ScanContext value={scanContext}>
      <VerdictContext value={verdicts}>{children}</VerdictContext>
    </ScanContext>
  )
}
