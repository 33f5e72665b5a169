import { Boxes, HardDrive, MessageSquareText } from 'lucide-react'

import { useTranslation } from './i18n/use-translation.ts'

/** The first start explains itself in three sentences. */
export function Welcome() {
  const { t } = useTranslation()
  return (
    <section className="welcome" aria-labelledby="welcome-title">
      <h2 id="welcome-title">{t('welcome_title')}</h2>
      <ul>
        <li>
          <HardDrive aria-hidden size={36} /> {t('welcome_1')}
        </li>
        <li>
          <Boxes aria-hidden size={36} /> {t('welcome_2')}
        </li>
        <li>
          <MessageSquareText aria-hidden size={36} /> {t('welcome_3')}
        </li>
      </ul>
    </section>
  )
}
