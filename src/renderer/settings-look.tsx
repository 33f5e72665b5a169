import { type DeskSettings, languages, themes } from '../model/desk.ts'
import { Choice } from './choice.tsx'
import { useChangeSettings, useSettings } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'

/** Each language in its own words: who cannot read the page must still find theirs. */
const names: { readonly [Name in (typeof languages)[number]]: string } = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  zh: '简体中文',
}

export function LookSettings() {
  const { t } = useTranslation()
  const { language, theme } = useSettings()
  const change = useChangeSettings()
  return (
    <section className="card" aria-labelledby="settings-look-title">
      <h2 id="settings-look-title">{t('settings_look')}</h2>
      <Choice<DeskSettings['language']>
        label={t('settings_language')}
        value={language}
        options={[
          ['system', t('settings_language_system')],
          ...languages.map((name) => [name, names[name]] as const),
        ]}
        onChange={(chosen) => change.mutate({ language: chosen })}
      />
      <Choice
        label={t('settings_theme')}
        value={theme}
        options={themes.map((name) => [name, t(`theme_${name}`)] as const)}
        onChange={(chosen) => change.mutate({ theme: chosen })}
      />
    </section>
  )
}
