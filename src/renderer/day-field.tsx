import type { CalendarDate } from '@internationalized/date'
import { CalendarDays, ChevronLeft, ChevronRight } from 'lucide-react'
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
} from 'react-aria-components'

import { useTranslation } from './i18n/use-translation.ts'

interface DayFieldProps {
  readonly label: string
  readonly value: CalendarDate | null
  readonly onChange: (day: CalendarDate | null) => void
}

/** A day, typed in the order of the language or touched in a calendar. */
export function DayField({ label, value, onChange }: DayFieldProps) {
  const { t } = useTranslation()
  return (
    <DatePicker value={value} onChange={onChange} className="day-field">
      <Label>{label}</Label>
      <Group className="combo">
        <DateInput className="input large">
          {(segment) => <DateSegment segment={segment} className="segment" />}
        </DateInput>
        <Button className="button icon" aria-label={t('filter_calendar')}>
          <CalendarDays aria-hidden size={24} />
        </Button>
      </Group>
      <Popover className="popover">
        <Dialog className="calendar">
          <Calendar>
            <header>
              <Button slot="previous" className="button icon" aria-label={t('calendar_previous')}>
                <ChevronLeft aria-hidden size={26} />
              </Button>
              <Heading />
              <Button slot="next" className="button icon" aria-label={t('calendar_next')}>
                <ChevronRight aria-hidden size={26} />
              </Button>
            </header>
            <CalendarGrid>{(date) => <CalendarCell date={date} className="day" />}</CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  )
}
