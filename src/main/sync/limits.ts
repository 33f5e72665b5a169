import type { Request } from '../../model/sync/protocol.ts'
import type { Tools } from '../../model/sync/station.ts'

const OPS_MAX = 250
/** Whoever else writes waits for so many. */
const SEALS = 50
/** While one is parsed everybody waits. */
const PAGE = 200

/** How much at once: a push that was too much for the way or for headquarters is halved, and one that arrived is followed by twice as many. */
export function createLimits(poll_ms: number) {
  const limits = { ops: OPS_MAX, seals: SEALS, page: PAGE, poll_ms } satisfies Tools['limits']
  return {
    limits,
    arrived: () => void (limits.ops = Math.min(OPS_MAX, limits.ops * 2)),
    wasTooMuch: (request: Request) => {
      if (request.kind === 'push') limits.ops = Math.max(1, Math.floor(request.ops.length / 2))
    },
  }
}
