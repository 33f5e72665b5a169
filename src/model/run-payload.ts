import { z } from 'zod'

import { isStorable, text } from './text.ts'
import { time } from './time.ts'

/**
 * What was measured in a run: phases with their measurements, and the log. It is kept as it was sent, as one piece of
 * canonical JSON under its SHA-256, beside the run; what a client gets back is made from it (run-report.ts).
 */

const passed = z.enum(['PASS', 'FAIL', 'UNSET'], 'Outcome must be PASS, FAIL or UNSET')

const expected = z.union(
  [z.boolean(), z.number(), text('Expected value'), z.array(z.number()), z.array(text('Expected value'))],
  'Expected value must be a number, text, true, false, or a list of numbers or texts',
)

const validator = z.object({
  outcome: passed.nullish(),
  operator: text('Validator operator').nullish(),
  expected_value: expected.nullish(),
  expression: text('Validator expression').nullish(),
  is_decisive: z.boolean('Validator is_decisive must be true or false').nullish(),
})
export type Validator = z.output<typeof validator>

const validators = z.array(validator, 'Validators must be a list').nullish()

const aggregation = z.object({
  type: text('Aggregation type'),
  outcome: passed.nullish(),
  value: z
    .union(
      [z.number(), text('Aggregation value'), z.boolean()],
      'Aggregation value must be a number, text, true or false',
    )
    .nullish(),
  unit: text('Aggregation unit').nullish(),
  validators,
})
export type Aggregation = z.output<typeof aggregation>

const aggregations = z.array(aggregation, 'Aggregations must be a list').nullish()

const axis = z.object({
  data: z.array(z.number('Axis data must be numbers'), 'Axis data must be a list of numbers'),
  units: text('Axis units').nullish(),
  name: text('Axis name').nullish(),
  description: text('Axis description').nullish(),
  validators,
  aggregations,
})
export type Axis = z.output<typeof axis>

/** Any JSON that every store can keep: it is looked at no further. */
const anything = z.json().refine(isStorable, 'Measured value cannot be stored')

const measurement = z.object({
  name: text('Measurement name'),
  outcome: passed,
  measured_value: anything.optional(),
  units: z
    .union([text('Measurement units'), z.array(text('Measurement units'))], 'Units must be text or texts')
    .nullish(),
  lower_limit: z.number('Lower limit must be a number').optional(),
  upper_limit: z.number('Upper limit must be a number').optional(),
  validators,
  aggregations,
  x_axis: axis.nullish(),
  y_axis: z.array(axis, 'Y axis must be a list').nullish(),
  docstring: text('Measurement docstring').nullish(),
})
export type Measurement = z.output<typeof measurement>

export const phaseOutcome = z.enum(
  ['PASS', 'FAIL', 'SKIP', 'ERROR'],
  'Phase outcome must be PASS, FAIL, SKIP or ERROR',
)

export const phase = z.object({
  name: text('Phase name'),
  outcome: phaseOutcome,
  started_at: time('Phase started at'),
  ended_at: time('Phase ended at'),
  docstring: text('Phase docstring').nullish(),
  measurements: z.array(measurement, 'Measurements must be a list').nullish(),
  retry_count: z.int('Retry count must be a whole number').default(0),
})
type Phase = z.output<typeof phase>

export const logLevel = z.enum(
  ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'],
  'Log level must be DEBUG, INFO, WARNING, ERROR or CRITICAL',
)

export const logEntry = z.object({
  level: logLevel,
  timestamp: time('Log timestamp'),
  message: text('Log message'),
  source_file: text('Log source file'),
  line_number: z.int('Log line number must be a whole number'),
})

/** Times in milliseconds since 1970 UTC. */
export interface Payload {
  readonly phases: readonly Phase[]
  readonly logs: readonly z.output<typeof logEntry>[]
}
