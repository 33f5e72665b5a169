import { useQuery } from '@tanstack/react-query'

import { partEndpoints } from '../model/part.ts'
import { call } from './api.ts'
import { Choices } from './part-field.tsx'

interface RevisionFieldProps {
  readonly label: string
  /** Its revisions are offered, once it is a part that is known. */
  readonly part: string
  readonly value: string
  readonly onChange: (number: string) => void
  readonly placeholder?: string
}

export function RevisionField({ part, ...field }: RevisionFieldProps) {
  const { data } = useQuery({
    queryKey: ['part', part],
    queryFn: ({ signal }) => call(partEndpoints.get, { params: { number: part }, signal }),
    enabled: part !== '',
    retry: false,
  })
  const choices = (data?.revisions ?? []).map(({ number }) => ({ number }))
  return <Choices {...field} choices={choices} />
}
