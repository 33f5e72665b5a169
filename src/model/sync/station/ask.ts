import { type Entry, onTheWire, sealed } from '../journal.ts'
import { PROTOCOL_VERSION, type Request } from '../protocol.ts'
import { squash } from '../squash.ts'
import type { Effect, Session, StationView, Step, Tools } from '../station.ts'

/** Starts what there is to do and not under way: a greeting first, then pushes and pulls side by side. */
export function started(view: StationView, session: Session, tools: Tools): Step {
  if (session.outdated) return { session, effects: [] }
  const poll = { kind: 'sleep', ms: tools.limits.poll_ms * (0.5 + tools.chance() / 2) } as const
  if (!session.greeted) {
    if (session.push !== null) return { session, effects: [poll] }
    const greeting = greet(view, session)
    return { session: greeting.session, effects: [...greeting.effects, poll] }
  }
  const pull = session.pull === null ? asking(view, session, 'pull', pullRequest(view, tools)) : null
  const after = pull?.session ?? session
  const push = view.meta.stage === null && after.push === null ? pushing(view, after, tools) : null
  const goes_on = push?.effects.some(({ kind }) => kind === 'sleep') ?? false
  return {
    session: push?.session ?? after,
    effects: [...(pull?.effects ?? []), ...(push?.effects ?? []), ...(goes_on ? [] : [poll])],
  }
}

function asking(view: StationView, session: Session, flight: 'push' | 'pull', request: Request): Step {
  const id = session.asked + 1
  return {
    session: { ...session, asked: id, [flight]: { id, cursor: view.meta.cursor } },
    effects: [{ kind: 'send', id, request }],
  }
}

function envelope({ meta }: StationView) {
  const { station_id, incarnation, cursor } = meta
  return { protocol: PROTOCOL_VERSION, station_id, incarnation, cursor }
}

function greet(view: StationView, session: Session): Step {
  return asking(view, session, 'push', { kind: 'hello', ...envelope(view), chain: view.meta.chain })
}

function pullRequest(view: StationView, { limits }: Tools): Request {
  const { stage } = view.meta
  const asked = { kind: 'pull', ...envelope(view), limit: limits.page } as const
  return stage === null ? asked : { ...asked, cursor: stage, locator: [...view.history()] }
}

/**
 * Seals what goes out, writes it down, and only then sends it. What is a lot is sealed piece by piece, for whoever else writes waits for
 * each; nothing is lost by a seal that was not sent.
 */
function pushing(view: StationView, session: Session, tools: Tools): Step | null {
  const { changed, dropped } = squash(view.base, view.outbox(), view.slips(), tools.hash)
  const outbox = withChanges(view.outbox(), changed, dropped)
  const chosen = nextOf(outbox, session.pushed, tools.limits.ops)
  if (chosen.length === 0) return null
  const { incarnation } = view.meta
  let { chain } = view.meta
  const fresh: Entry[] = []
  const sent = chosen.map((entry) => {
    if (entry.seal !== null || fresh.length === tools.limits.seals) return entry
    const ready = sealed(tools.hash, entry, incarnation, { n: chain.seq, hash: chain.hash })
    chain = { seq: ready.seal!.n, hash: ready.seal!.hash }
    fresh.push(ready)
    return ready
  })
  const put = [
    ...changed.filter((entry) => !fresh.some(({ local_id }) => local_id === entry.local_id)),
    ...fresh,
  ]
  const write: Effect = {
    kind: 'write',
    write: {
      meta: { ...view.meta, chain },
      outbox: { put, remove: dropped.map(({ op }) => op.op_id) },
    },
  }
  const writes = put.length + dropped.length === 0 ? [] : [write]
  if (sent.some(({ seal }) => seal === null))
    return { session, effects: [...writes, { kind: 'sleep', ms: 0 }] }
  const asked = asking(view, session, 'push', {
    kind: 'push',
    ...envelope(view),
    parent: view.meta.lineage[0] ?? null,
    ops: sent.map(onTheWire),
  })
  return { session: asked.session, effects: [...writes, ...asked.effects] }
}

function withChanges(
  outbox: readonly Entry[],
  changed: readonly Entry[],
  dropped: readonly Entry[],
): readonly Entry[] {
  if (changed.length === 0 && dropped.length === 0) return outbox
  const byId = new Map(changed.map((entry) => [entry.local_id, entry]))
  return outbox.filter((entry) => !dropped.includes(entry)).map((entry) => byId.get(entry.local_id) ?? entry)
}

/** The first operations after link `pushed`, up to a limit, but never half of a request: what was done together is judged together. */
function nextOf(outbox: readonly Entry[], pushed: number, limit: number): readonly Entry[] {
  const chosen: Entry[] = []
  for (const entry of outbox) {
    if ((entry.seal?.n ?? Infinity) <= pushed) continue
    if (chosen.length >= limit && entry.op.txn_id !== chosen.at(-1)!.op.txn_id) break
    chosen.push(entry)
  }
  return chosen
}
