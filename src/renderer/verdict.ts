import { createContext, use } from 'react'

import type { Translate } from './i18n/translate.ts'

/**
 * What became of the last scan or deed. It stays until the next one: whoever looks up late still sees it.
 * Each kind has its colour, icon, word and sound, so that none of them alone must be noticed.
 */
export interface Verdict {
  readonly kind: 'ready' | 'busy' | 'done' | 'already' | 'note' | 'unknown' | 'refused'
  /** Made anew when the language changes. */
  readonly text: (t: Translate) => string
  /** The unit it is about: lists show where it is. */
  readonly unit?: string
  readonly actions?: readonly VerdictAction[]
}

export interface VerdictAction {
  readonly label: (t: Translate) => string
  /** What it gives is shown next; a window it opens says for itself what happens. */
  readonly run: () => Promise<Verdict> | undefined
}

export interface Verdicts {
  readonly verdict: Verdict
  /** Counts up: the same verdict twice is two verdicts. */
  readonly turn: number
  readonly show: (verdict: Verdict) => void
  /** Shows what comes of it; soon says that something is being done. */
  readonly follow: (work: () => Promise<Verdict>) => Promise<Verdict>
  /**
   * `follow` for a touch: until that is answered, another one is a glove that bounces, and is not done.
   * @param place where what was touched makes way for something else: what is touched there within `MOVED_MS` was not meant
   */
  readonly touch: (work: () => Promise<Verdict>, place?: string) => void
}

/** Longer than between the two touches of a glove that bounces, shorter than it takes to read what came under the finger. */
export const MOVED_MS = 500

export const readyVerdict: Verdict = { kind: 'ready', text: (t) => t('ready_hint') }

export const VerdictContext = createContext<Verdicts>({
  verdict: readyVerdict,
  turn: 0,
  show: () => {},
  follow: (work) => work(),
  touch: (work) => void work(),
})

export const useVerdicts = () => use(VerdictContext)
