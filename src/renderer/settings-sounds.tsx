import { Volume2 } from 'lucide-react'
import { Button, Label, Slider, SliderThumb, SliderTrack } from 'react-aria-components'

import { useChangeSettings, useSettings } from './desk.ts'
import { useTranslation } from './i18n/use-translation.ts'
import { playVerdict } from './sounds.ts'
import { TickBox } from './tick-box.tsx'

const samples = ['done', 'already', 'unknown', 'refused'] as const

export function SoundSettings() {
  const { t } = useTranslation()
  const { sounds, volume } = useSettings()
  const change = useChangeSettings()
  return (
    <section className="card" aria-labelledby="settings-sounds-title">
      <h2 id="settings-sounds-title">{t('settings_sounds')}</h2>
      <TickBox selected={sounds} onChange={(on) => change.mutate({ sounds: on })}>
        {t('settings_sounds_on')}
      </TickBox>
      <Slider
        className="slider"
        minValue={0}
        maxValue={1}
        step={0.1}
        defaultValue={volume}
        onChangeEnd={(value) => change.mutate({ volume: value })}
        isDisabled={!sounds}
      >
        <Label>{t('settings_volume')}</Label>
        <SliderTrack className="slider-track">
          <SliderThumb className="slider-thumb" />
        </SliderTrack>
      </Slider>
      <div className="card-buttons">
        {samples.map((kind) => (
          <Button
            key={kind}
            className="button"
            aria-label={t('settings_sound_try', { word: t(`word_${kind}`) })}
            onPress={() => playVerdict(kind, volume)}
          >
            <Volume2 aria-hidden size={20} /> {t(`word_${kind}`)}
          </Button>
        ))}
      </div>
    </section>
  )
}
