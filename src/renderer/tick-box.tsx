import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { CheckboxButton, CheckboxField } from 'react-aria-components'

interface TickBoxProps {
  readonly selected: boolean
  readonly onChange: (selected: boolean) => void
  readonly children: ReactNode
}

/** A checkbox large enough for a glove. */
export function TickBox({ selected, onChange, children }: TickBoxProps) {
  return (
    <CheckboxField isSelected={selected} onChange={onChange}>
      <CheckboxButton className="check">
        <span className="tick">
          <Check aria-hidden size={26} strokeWidth={3.5} />
        </span>
        {children}
      </CheckboxButton>
    </CheckboxField>
  )
}
