import { ChevronDown } from 'lucide-react'
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components'

interface ChoiceProps<Name extends string> {
  readonly label: string
  readonly value: Name
  readonly options: readonly (readonly [name: Name, words: string])[]
  readonly onChange: (name: Name) => void
}

/** One of a few: a large button that opens a list of large rows. */
export function Choice<Name extends string>({ label, value, options, onChange }: ChoiceProps<Name>) {
  return (
    <Select
      className="choice"
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(key as Name)
      }}
    >
      <Label>{label}</Label>
      <Button className="button select">
        <SelectValue />
        <ChevronDown aria-hidden size={24} />
      </Button>
      <Popover className="popover">
        <ListBox className="options">
          {options.map(([name, words]) => (
            <ListBoxItem key={name} id={name} textValue={words} className="option">
              {words}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  )
}
