import { z } from 'zod'

import { formatDuration } from './duration.ts'
import {
  logLevel,
  type Aggregation,
  type Axis,
  type Measurement,
  type Payload,
  phaseOutcome,
  type Validator,
} from './run-payload.ts'
import { formatTime, timestamp } from './time.ts'

/** What a client gets back of what was measured (contract v2 §2.8): limits as validators, axes as data series, an id on everything. */

const passed = z.enum(['PASS', 'FAIL', 'UNSET'])
const scalar = z.union([z.number(), z.string(), z.boolean()])

const reportedValidator = z.object({
  outcome: passed,
  operator: z.string().nullable(),
  expected_value: z
    .union([z.boolean(), z.number(), z.string(), z.array(z.number()), z.array(z.string())])
    .nullable(),
  expression: z.string(),
  is_decisive: z.boolean().nullable(),
  is_expression_only: z.boolean(),
  analytics_expression: z.string().nullable(),
  has_custom_expression: z.boolean(),
})
type ReportedValidator = z.infer<typeof reportedValidator>

const reportedAggregation = z.object({
  id: z.string(),
  type: z.string(),
  outcome: passed.nullable(),
  value: scalar.nullable(),
  unit: z.string().nullable(),
  validators: z.array(reportedValidator).nullable(),
})

const dataSeries = z.object({
  data: z.array(z.number()),
  units: z.string().nullable(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  validators: z.array(reportedValidator).nullable(),
  aggregations: z.array(reportedAggregation).nullable(),
})

const reportedMeasurement = z.object({
  id: z.string(),
  name: z.string(),
  outcome: passed,
  validators: z.array(reportedValidator).nullable(),
  units: z.string().nullable(),
  aggregations: z.array(reportedAggregation).nullable(),
  measured_value: z.json(),
  data_series: z.array(dataSeries),
  docstring: z.string().nullable(),
})

export const reportedPhase = z.object({
  id: z.string(),
  name: z.string(),
  outcome: phaseOutcome,
  started_at: timestamp,
  ended_at: timestamp,
  duration: z.string(),
  retry_count: z.int(),
  /** Clients of autumn 2026 want it: phases here are in no sequence. */
  sequence_path: z.null(),
  measurements: z.array(reportedMeasurement),
  docstring: z.string().nullable(),
})
export type ReportedPhase = z.infer<typeof reportedPhase>

export const reportedLog = z.object({
  id: z.string(),
  level: logLevel,
  timestamp,
  message: z.string(),
  source_file: z.string(),
  line_number: z.int(),
})
export type ReportedLog = z.infer<typeof reportedLog>

/** An id for the part of a run at a place, always the same one: ids are not kept. */
export type IdAt = (place: string) => string

export function report(
  { phases, logs }: Payload,
  idAt: IdAt,
): { readonly phases: ReportedPhase[]; readonly logs: ReportedLog[] } {
  return {
    phases: phases.map((phase, i) => ({
      id: idAt(`phase ${i}`),
      name: phase.name,
      outcome: phase.outcome,
      started_at: formatTime(phase.started_at),
      ended_at: formatTime(phase.ended_at),
      duration: formatDuration(phase.ended_at - phase.started_at),
      retry_count: phase.retry_count,
      sequence_path: null,
      measurements: (phase.measurements ?? []).map((one, j) =>
        measured(one, `phase ${i} measurement ${j}`, idAt),
      ),
      docstring: phase.docstring ?? null,
    })),
    logs: logs.map((log, i) => ({ ...log, id: idAt(`log ${i}`), timestamp: formatTime(log.timestamp) })),
  }
}

function measured(one: Measurement, place: string, idAt: IdAt): z.infer<typeof reportedMeasurement> {
  const validators = [...limits(one), ...(one.validators ?? []).map(validated)]
  const axes = [one.x_axis ?? [], one.y_axis ?? []].flat()
  return {
    id: idAt(place),
    name: one.name,
    outcome: one.outcome,
    validators: validators.length > 0 || one.validators ? validators : null,
    units: Array.isArray(one.units) ? one.units.join(', ') : (one.units ?? null),
    aggregations: aggregated(one.aggregations, place, idAt),
    measured_value: one.measured_value ?? null,
    data_series: axes.map((axis, i) => series(axis, `${place} series ${i}`, idAt)),
    docstring: one.docstring ?? null,
  }
}

/** A limit is a validator of the simplest kind. */
function limits({ lower_limit, upper_limit, measured_value }: Measurement): ReportedValidator[] {
  const against = (operator: '>=' | '<=', limit: number | undefined) => {
    if (limit === undefined) return []
    const holds =
      typeof measured_value === 'number' &&
      (operator === '>=' ? measured_value >= limit : measured_value <= limit)
    const outcome = typeof measured_value !== 'number' ? 'UNSET' : holds ? 'PASS' : 'FAIL'
    return [validated({ outcome, operator, expected_value: limit, is_decisive: true })]
  }
  return [...against('>=', lower_limit), ...against('<=', upper_limit)]
}

function validated({
  outcome,
  operator,
  expected_value,
  expression,
  is_decisive,
}: Validator): ReportedValidator {
  const custom = expression !== undefined && expression !== null
  const plain =
    operator === undefined || operator === null
      ? null
      : `x ${operator} ${JSON.stringify(expected_value ?? null)}`
  return {
    outcome: outcome ?? 'UNSET',
    operator: operator ?? null,
    expected_value: expected_value ?? null,
    expression: custom ? expression : (plain ?? ''),
    is_decisive: is_decisive ?? null,
    is_expression_only: custom && plain === null,
    analytics_expression: plain,
    has_custom_expression: custom,
  }
}

function aggregated(list: readonly Aggregation[] | null | undefined, place: string, idAt: IdAt) {
  return (
    list?.map(({ type, outcome, value, unit, validators }, i) => ({
      id: idAt(`${place} aggregation ${i}`),
      type,
      outcome: outcome ?? null,
      value: value ?? null,
      unit: unit ?? null,
      validators: validators?.map(validated) ?? null,
    })) ?? null
  )
}

function series(axis: Axis, place: string, idAt: IdAt): z.infer<typeof dataSeries> {
  return {
    data: axis.data,
    units: axis.units ?? null,
    name: axis.name ?? null,
    description: axis.description ?? null,
    validators: axis.validators?.map(validated) ?? null,
    aggregations: aggregated(axis.aggregations, place, idAt),
  }
}
