import { thinned } from '../cursor.ts'
import { type Entry, onTheWire, sealed } from '../journal.ts'
import { PROTOCOL_VERSION, type Request } from '../protocol.ts'
import { squash } from '../squash.ts'
import type { Effect, Session, StationView, Step, Tools, Write } from '../station.ts'

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
  return {
    session: push?.session ?? after,
    effects: [...(pull?.effects ?? []), ...(push?.effects ?? []), poll],
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
  return stage === null ? asked : { ...asked, cursor: stage, locator: [...thinned(view.history())] }
}

/** Seals what goes out, writes it down, and only then sends it. */
function pushing(view: StationView, session: Session, tools: Tools): Step | null {
  const { changed, dropped } = squash(view.base, view.outbox(), tools.hash)
  const outbox = withChanges(view.outbox(), changed, dropped)
  const chosen = wholeRequests(
    outbox.filter(({ seal }) => (seal?.n ?? Infinity) > session.pushed),
    tools.limits.ops,
  )
  if (chosen.length === 0) return null
  let chain = view.meta.chain
  const sent: Entry[] = []
  for (const entry of chosen) {
    const ready =
      entry.seal === null
        ? sealed(tools.hash, entry, view.meta.incarnation, { n: chain.seq, hash: chain.hash })
        : entry
    if (ready !== entry) chain = { seq: ready.seal!.n, hash: ready.seal!.hash }
    sent.push(ready)
  }
  const fresh = sent.filter((entry, index) => entry !== chosen[index])
  const ops = sent.map(onTheWire)
  const { session: asked, effects } = asking(view, session, 'push', {
    kind: 'push',
    ...envelope(view),
    parent: view.meta.lineage[0] ?? null,
    ops,
  })
  if (fresh.length === 0 && changed.length === 0 && dropped.length === 0) return { session: asked, effects }
  const put = [
    ...changed.filter((entry) => !sent.some(({ local_id }) => local_id === entry.local_id)),
    ...fresh,
  ]
  const write: Write = {
    meta: { ...view.meta, chain },
    outbox: { put, remove: dropped.map(({ op }) => op.op_id) },
  }
  return { session: asked, effects: [{ kind: 'write', write } satisfies Effect, ...effects] }
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

/** The first operations up to a limit, but never half of a request: what was done together is judged together. */
function wholeRequests(entries: readonly Entry[], limit: number): readonly Entry[] {
  let end = Math.min(limit, entries.length)
  while (end > 0 && end < entries.length && entries[end]!.op.txn_id === entries[end - 1]!.op.txn_id) end += 1
  return entries.slice(0, end)
}
