import type { Translate } from './i18n/translate.ts'

const samples = {
  golden: 'sample_golden',
  failing: 'sample_failing',
  ignored: 'sample_ignored',
} as const

/** What a unit is a sample of; what a newer station knows stays as it is said. */
export const sampleWord = (sample: string, t: Translate): string =>
  Object.hasOwn(samples, sample) ? t(samples[sample as keyof typeof samples]) : sample
