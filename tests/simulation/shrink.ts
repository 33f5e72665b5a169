import type { Action, Plan } from './plan.ts'
import { simulate } from './simulate.ts'

/** The smallest plan found that still fails: what is left of it is what the failure needs. */
export function shrunk(failing: Plan): Plan {
  const fails = (plan: Plan) => simulate(plan).failure !== null
  const quiet = { drop: 0, duplicate: 0, late: 0, garbage: 0, latency_ms: 20 }
  let least = failing
  for (const candidate of [
    { ...least, network: quiet },
    { ...least, deep: false },
  ]) {
    const both = { ...least, ...candidate, ...(least.network === quiet ? { network: quiet } : {}) }
    if (fails(both)) least = both
  }
  least = { ...least, actions: fewest(least.actions, (actions) => fails({ ...least, actions })) }
  while (least.stations > 1 && fails({ ...least, stations: least.stations - 1 })) {
    least = { ...least, stations: least.stations - 1 }
  }
  return { ...least, actions: fewest(least.actions, (actions) => fails({ ...least, actions })) }
}

/** Leaves out halves, quarters, … and single actions as long as it still fails. */
function fewest(
  actions: readonly Action[],
  fails: (actions: readonly Action[]) => boolean,
): readonly Action[] {
  let kept = actions
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < kept.length;) {
      const without = [...kept.slice(0, start), ...kept.slice(start + size)]
      if (fails(without)) kept = without
      else start += size
    }
  }
  return kept
}
