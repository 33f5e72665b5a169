import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChevronDown } from 'lucide-react'
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from 'react-aria-components'

import { partEndpoints } from '../model/part.ts'
import { call } from './api.ts'

interface PartFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (number: string) => void
  readonly placeholder?: string
  readonly autoFocus?: boolean
}

/** A part's number: typed, or chosen among those that fit what is typed so far. */
export function PartField({ label, value, onChange, placeholder, autoFocus = false }: PartFieldProps) {
  const { data } = useQuery({
    queryKey: ['parts', value],
    queryFn: ({ signal }) =>
      call(partEndpoints.list, {
        query: { search_query: value.slice(0, 100), sort_by: 'number', sort_order: 'asc', limit: 20 },
        signal,
      }),
    placeholderData: keepPreviousData,
  })
  const parts = data?.data ?? []
  return (
    <Choices
      label={label}
      value={value}
      onChange={onChange}
      choices={parts.map(({ number, name }) => ({ number, detail: name }))}
      {...(placeholder === undefined ? {} : { placeholder })}
      autoFocus={autoFocus}
    />
  )
}

interface ChoicesProps extends PartFieldProps {
  readonly choices: readonly { readonly number: string; readonly detail?: string }[]
}

/** A field that takes any text and offers what is known. */
export function Choices({ label, value, onChange, choices, placeholder, autoFocus = false }: ChoicesProps) {
  return (
    <ComboBox
      allowsCustomValue
      menuTrigger="focus"
      inputValue={value}
      onInputChange={onChange}
      items={choices}
      defaultFilter={() => true}
      allowsEmptyCollection={false}
      autoFocus={autoFocus}
    >
      <Label>{label}</Label>
      <div className="combo">
        <Input
          className="input large"
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder ?? ''}
        />
        <Button className="button icon">
          <ChevronDown aria-hidden size={26} />
        </Button>
      </div>
      <Popover className="popover" placement="bottom start">
        <ListBox<{ number: string; detail?: string }> className="options">
          {({ number, detail }) => (
            <ListBoxItem id={number} textValue={number} className="option">
              <strong>{number}</strong>
              {detail === undefined ? null : <small>{detail}</small>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
