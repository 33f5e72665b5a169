import { Check } from 'lucide-react'

/** The box of a checkbox, large enough for a glove. */
export function Tick() {
  return (
    <span className="tick">
      <Check aria-hidden size={26} strokeWidth={3.5} />
    </span>
  )
}
