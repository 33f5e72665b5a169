import { ArrowLeft } from 'lucide-react'
import { useMemo } from 'react'
import { Button } from 'react-aria-components'

import { useTranslation } from './i18n/use-translation.ts'
import { type Place, goBack } from './route.ts'
import { useShortcuts } from './shortcuts.ts'

/** Back to where one came from, by touch and by Esc; who came from outside goes to the place above. */
export function BackButton({ otherwise }: { readonly otherwise: Place }) {
  const { t } = useTranslation()
  useShortcuts(useMemo(() => ({ Escape: () => goBack(otherwise) }), [otherwise]))
  return (
    <Button className="button" onPress={() => goBack(otherwise)}>
      <ArrowLeft aria-hidden size={26} /> {t('back')}
    </Button>
  )
}
