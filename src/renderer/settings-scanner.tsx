import { GraduationCap } from 'lucide-react'
import { useState } from 'react'
import { Button, Input, Label, Text, TextField } from 'react-aria-components'

import type { ScannerSettings } from '../model/desk.ts'
import { CalibrateWindow } from './calibrate-window.tsx'
import { Choice } from './choice.tsx'
import { useChangeSettings, useSettings } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'

export function ScannerSettingsCard() {
  const { t, number } = useTranslation()
  const { scanner } = useSettings()
  const change = useChangeSettings()
  const [teaching, setTeaching] = useState(false)
  const set = (part: Partial<ScannerSettings>) => change.mutate({ scanner: { ...scanner, ...part } })
  const taught = Object.keys(scanner.taught).length
  return (
    <section className="card" id="settings-scanner" aria-labelledby="settings-scanner-title">
      <h2 id="settings-scanner-title">{t('scanner_title')}</h2>
      <p>{t('scanner_text')}</p>
      <div className="pair">
        <Choice
          label={t('scanner_suffix')}
          value={scanner.suffix}
          options={[
            ['enter', t('suffix_enter')],
            ['tab', t('suffix_tab')],
            ['none', t('suffix_none')],
          ]}
          onChange={(suffix) => set({ suffix })}
        />
        <Choice
          label={t('scanner_layout')}
          value={scanner.layout}
          options={[
            ['us', t('layout_us')],
            ['pc', t('layout_pc')],
          ]}
          onChange={(layout) => set({ layout })}
        />
      </div>
      <TextField
        key={scanner.prefix}
        defaultValue={scanner.prefix}
        maxLength={20}
        onBlur={(event) => {
          const { value } = event.target
          if (value !== scanner.prefix) set({ prefix: value })
        }}
      >
        <Label>{t('scanner_prefix')}</Label>
        <Input className="input large" spellCheck={false} autoComplete="off" />
        <Text slot="description">{t('scanner_prefix_hint')}</Text>
      </TextField>
      <p className="muted">
        {t('scanner_gap', { ms: number(scanner.gap_ms) })}
        {taught > 0 ? ` · ${t('scanner_taught', { count: taught })}` : ''}
      </p>
      <div className="card-buttons">
        <Button className="button" onPress={() => setTeaching(true)}>
          <GraduationCap aria-hidden size={24} /> {t('calibrate_start')}
        </Button>
        {taught > 0 ? (
          <Button className="button" onPress={() => set({ taught: {}, gap_ms: 50, prefix: '' })}>
            {t('scanner_forget')}
          </Button>
        ) : null}
      </div>
      {teaching ? <CalibrateWindow onClose={() => setTeaching(false)} /> : null}
    </section>
  )
}
