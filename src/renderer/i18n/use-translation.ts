import { createContext, use } from 'react'

import { createFormats } from './formats.ts'
import { createQuantities } from './quantities.ts'
import { translator } from './translate.ts'

/** The words, numbers and dates of the chosen language. */
export const createTranslation = (language: Parameters<typeof translator>[0]) => ({
  language,
  t: translator(language),
  ...createFormats(language),
  ...createQuantities(language),
})

export type Translation = ReturnType<typeof createTranslation>

export const TranslationContext = createContext(createTranslation('en'))

export const useTranslation = () => use(TranslationContext)
