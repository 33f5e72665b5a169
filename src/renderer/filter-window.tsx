import {
  type CalendarDate,
  getLocalTimeZone,
  parseAbsolute,
  toCalendarDate,
  today,
} from '@internationalized/date'
import { Button } from 'react-aria-components'

import type { BatchFilter } from './batches.ts'
import { DayField } from './day-field.tsx'
import { useTranslation } from './i18n/use-translation.ts'
import { PartField } from './part-field.tsx'
import { RevisionField } from './revision-field.tsx'
import { Window } from './window.tsx'

interface FilterWindowProps {
  readonly filter: BatchFilter
  readonly onChange: (part: Partial<BatchFilter>) => void
  readonly onClose: () => void
}

const zone = getLocalTimeZone()
const startOf = (day: CalendarDate) => day.toDate(zone).toISOString()
/** The last millisecond: `created_before` includes its moment. */
const endOf = (day: CalendarDate) => new Date(day.add({ days: 1 }).toDate(zone).getTime() - 1).toISOString()
const dayOf = (at: string) => (at === '' ? null : toCalendarDate(parseAbsolute(at, zone)))

/** Whole days counted back from today: the first and the last of them. */
const spans = {
  filter_today: [0, 0],
  filter_yesterday: [1, 1],
  filter_week: [6, 0],
  filter_month: [29, 0],
} as const
type SpanName = keyof typeof spans

function spanDates(name: SpanName): Pick<BatchFilter, 'after' | 'before'> {
  const [from, to] = spans[name]
  const now = today(zone)
  return { after: startOf(now.subtract({ days: from })), before: endOf(now.subtract({ days: to })) }
}

/** Part, revision and days. What is chosen counts at once: the list behind follows. */
export function FilterWindow({ filter, onChange, onClose }: FilterWindowProps) {
  const { t } = useTranslation()
  const always = filter.after === '' && filter.before === ''
  return (
    <Window title={t('filters')} onClose={onClose}>
      <div className="window-body">
        <div className="pair">
          <PartField
            label={t('filter_part')}
            placeholder={t('filter_any')}
            value={filter.part}
            onChange={(part) => onChange({ part })}
          />
          <RevisionField
            label={t('filter_revision')}
            placeholder={t('filter_any')}
            part={filter.part}
            value={filter.revision}
            onChange={(revision) => onChange({ revision })}
          />
        </div>
        <fieldset className="spans">
          <legend>{t('filter_when')}</legend>
          <Button
            className={always ? 'button active' : 'button'}
            aria-pressed={always}
            onPress={() => onChange({ after: '', before: '' })}
          >
            {t('filter_always')}
          </Button>
          {(Object.keys(spans) as SpanName[]).map((name) => {
            const dates = spanDates(name)
            const active = filter.after === dates.after && filter.before === dates.before
            return (
              <Button
                key={name}
                className={active ? 'button active' : 'button'}
                aria-pressed={active}
                onPress={() => onChange(dates)}
              >
                {t(name)}
              </Button>
            )
          })}
        </fieldset>
        <div className="pair">
          <DayField
            label={t('filter_from')}
            value={dayOf(filter.after)}
            onChange={(day) => onChange({ after: day ? startOf(day) : '' })}
          />
          <DayField
            label={t('filter_to')}
            value={dayOf(filter.before)}
            onChange={(day) => onChange({ before: day ? endOf(day) : '' })}
          />
        </div>
        <div className="window-buttons">
          <Button
            className="button"
            onPress={() => onChange({ part: '', revision: '', after: '', before: '' })}
          >
            {t('filter_clear')}
          </Button>
          <Button className="button primary" onPress={onClose}>
            {t('filter_done')}
          </Button>
        </div>
      </div>
    </Window>
  )
}
