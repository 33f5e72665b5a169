import { ownPlaces } from '../commit.ts'
import { origin, thinned } from '../cursor.ts'
import { type Archived, byOpId, type Entry, unsealed } from '../journal.ts'
import type { Answer, Page } from '../protocol.ts'
import { wordsOf } from '../records.ts'
import type { Event, Flight, Meta, Session, StationView, Step, Tools, Write } from '../station.ts'
import { started } from './ask.ts'
import { pastOf, reborn, reminted } from './incarnation.ts'
import { lastImages, taken } from './stage.ts'

/** One answer, and what follows from it. An answer to a question that is no longer open says nothing any more. */
export function answered(
  view: StationView,
  session: Session,
  event: Event & { kind: 'answer' },
  tools: Tools,
): Step {
  const { id, answer } = event
  if (session.push?.id === id) {
    return afterPush(view, { ...session, push: null, failures: 0 }, session.push, answer, tools)
  }
  if (session.pull?.id === id)
    return afterPull(view, { ...session, pull: null, failures: 0 }, session.pull, answer, tools)
  return { session, effects: [] }
}

function afterPush(view: StationView, session: Session, flight: Flight, answer: Answer, tools: Tools): Step {
  switch (answer.kind) {
    case 'welcome': {
      const greeted = { ...session, greeted: true }
      const known = answer.chain.seq === 0 || linkHere(view, answer.chain.seq) === answer.chain.hash
      // Headquarters has operations of this incarnation that this database has not: it was set back or copied.
      if (!known)
        return writing({ ...greeted, pushed: 0 }, reborn(pastOf(view), view.waiting(), answer.index, tools))
      return started(view, greeted, tools)
    }
    case 'pushed': {
      // A place in the order counts only where this very base has it: a restored headquarters forgets what it answered.
      const places = new Map(answer.results.map(({ op_id, seq }) => [op_id, seq]))
      const waiting = view.waiting()
      const shown = answer.results
        .filter(({ seq }) => seq <= flight.cursor.seq)
        .flatMap(({ op_id }) => waiting.get(op_id) ?? [])
        .sort((a, b) => a.local_id - b.local_id)
      const write = confirmed(shown, (entry) => places.get(entry.op.op_id)!)
      const next = started(view, { ...session, pushed: answer.chain.seq, pushed_at: session.asked }, tools)
      return shown.length === 0 ? next : writing(session, write)
    }
    case 'fork':
      return writing({ ...session, pushed: 0 }, reborn(pastOf(view), view.waiting(), answer.index, tools))
    case 'collision': {
      const before = view.outbox()
      const entries = reminted(view.base, before, answer, tools)
      const changed = entries.filter((entry, at) => entry !== before[at]).map(unsealed)
      const write = reborn(pastOf(view), byOpId(entries), answer.index, tools)
      const outbox = { put: [...write.outbox!.put, ...changed], remove: [answer.op_id] }
      return writing({ ...session, pushed: 0 }, { ...write, outbox })
    }
    case 'forked':
      return staging(view, session)
    case 'upgrade_required':
      return { session: { ...session, outdated: true }, effects: [] }
    case 'page':
      return { session, effects: [] }
  }
}

function afterPull(view: StationView, session: Session, flight: Flight, answer: Answer, tools: Tools): Step {
  switch (answer.kind) {
    case 'page':
      return view.meta.stage === null
        ? turned(view, forgetful(session, flight, answer), answer, tools)
        : staged(view, session, answer, tools)
    case 'forked':
      return staging(view, session)
    case 'upgrade_required':
      return { session: { ...session, outdated: true }, effects: [] }
    case 'welcome':
    case 'pushed':
    case 'fork':
    case 'collision':
      return { session, effects: [] }
  }
}

/**
 * The end of the feed was asked for after headquarters said how far it has the chain. What of that the feed does not show,
 * headquarters has forgotten again: it was restored to a point that this station had not read beyond.
 */
function forgetful(session: Session, flight: Flight, page: Page): Session {
  return !page.more && flight.id > session.pushed_at ? { ...session, pushed: 0 } : session
}

/** A page of changes: rows, cursor and confirmations in one transaction. */
function turned(view: StationView, session: Session, page: Page, tools: Tools): Step {
  const { meta } = view
  if (page.from.seq !== meta.cursor.seq || page.from.hash !== meta.cursor.hash)
    return { session, effects: [] }
  const waiting = view.waiting()
  const places = ownPlaces(tools.hash, page, waiting)
  const shown = [...places.keys()].map((op_id) => waiting.get(op_id)!)
  shown.sort((a, b) => a.local_id - b.local_id)
  const { outbox, archive } = confirmed(shown, (entry) => places.get(entry.op.op_id)!)
  const safe = view.archive().filter(({ committed_seq }) => committed_seq <= page.safe_seq)
  const write: Write = {
    meta: { ...meta, cursor: page.to },
    base: lastImages(page.commits),
    words: wordsOf(page.commits, meta.station_id),
    outbox: outbox!,
    archive: { put: archive!.put, remove: safe.map(({ op }) => op.op_id) },
    history: thinned([...view.history(), { seq: page.to.seq, hash: page.to.hash }], page.safe_seq),
  }
  const effects = page.commits.length === 0 && safe.length === 0 ? [] : [{ kind: 'write', write } as const]
  if (!page.more) return { session, effects }
  return { session, effects: [...effects, { kind: 'sleep', ms: 0 }] }
}

/** A page of the new history, beside the base that scripts still use. */
function staged(view: StationView, session: Session, page: Page, tools: Tools): Step {
  const at = view.meta.stage!
  if (page.from.seq !== at.seq || page.from.hash !== at.hash || page.common === undefined)
    return { session, effects: [] }
  const waiting = view.waiting()
  const own = ownPlaces(tools.hash, page, {
    get: (op_id) => waiting.get(op_id) ?? view.archived(op_id),
  })
  const words = wordsOf(page.commits, view.meta.station_id)
  const stage = { rows: lastImages(page.commits), words, own }
  const again = { kind: 'sleep', ms: 0 } as const
  if (page.more) {
    const write: Write = { meta: { ...view.meta, stage: page.to }, stage }
    return { session, effects: [{ kind: 'write', write }, again] }
  }
  const write = { ...taken(view, page, own, tools), stage }
  return { session: { ...session, push: null, pushed: 0 }, effects: [{ kind: 'write', write }, again] }
}

/** Headquarters' history is another one than this base's: read the new one from the beginning, and take it when it is whole. */
function staging(view: StationView, session: Session): Step {
  const meta: Meta = { ...view.meta, stage: origin }
  return {
    session: { ...session, greeted: true, push: null, pull: null, pushed: 0 },
    effects: [
      { kind: 'write', write: { meta, stage_is: 'empty' } },
      { kind: 'sleep', ms: 0 },
    ],
  }
}

/** Operations whose place the feed has shown go from the outbox to the archive. */
function confirmed(shown: readonly Entry[], seqOf: (entry: Entry) => number): Write {
  const put: Archived[] = shown.map((entry) => ({ ...entry, committed_seq: seqOf(entry) }))
  return { outbox: { put: [], remove: shown.map(({ op }) => op.op_id) }, archive: { put, remove: [] } }
}

function writing(session: Session, write: Write): Step {
  return {
    session,
    effects: [
      { kind: 'write', write },
      { kind: 'sleep', ms: 0 },
    ],
  }
}

function linkHere(view: StationView, n: number): string | undefined {
  return n <= view.meta.chain.seq ? view.linkAt(n) : undefined
}
