import { isProblem, type Problem, problem } from '../host/problem.ts'
import type { Brought } from '../main/store/records.ts'
import type { FileRecord } from '../model/record.ts'
import { openForReading } from './reading.ts'
import { openForWriting, type Writing } from './writing.ts'
import { type Given, print, remark } from './command.ts'
import { startProgress } from './progress.ts'
import { openRecordFile, type RecordFile } from './record-file.ts'
import { openStage, type Place, type Stage, type StagedLine, START } from './stage.ts'

/** Bad lines that are shown one by one. */
const SHOWN_MAX = 20
/** Records sent at once: the server shares its event loop with the scripts, a command alone does not. */
const SLICE = { server: 100, command: 2_000 } as const
/** A request's body stays under the server's limit. */
const SLICE_CHARACTERS = 400_000

export async function run(given: Given): Promise<number | Problem> {
  const [file] = given.words
  const onError = given.flags['on-error'] ?? 'stop'
  if (!file) return problem('no file is given', `Usage: ${given.usage}`)
  if (onError !== 'stop' && onError !== 'skip')
    return problem(`--on-error is "${onError}"`, 'Give stop or skip')
  const opened = openRecordFile(file)
  if (isProblem(opened)) return opened
  const stage = openStage()
  try {
    const failed = (await fill(stage, opened)) ?? (await bring(stage, given, onError))
    return failed ?? 0
  } finally {
    stage.close()
  }
}

/** First pass: every line is looked at and nothing is written to the station. */
async function fill(stage: Stage, { lines, bytes }: RecordFile): Promise<Problem | undefined> {
  const progress = startProgress('checking ', bytes)
  try {
    for await (const line of lines) {
      if ('kind' in line) return line
      if (line.bad === undefined) stage.add(line.line, line.content)
      else stage.addBad(line.line, line.bad)
      progress.to(line.read)
    }
    return undefined
  } finally {
    progress.stop()
  }
}

/** Second pass: the good lines go in, slice by slice; running the same import again does what is missing. */
async function bring(
  stage: Stage,
  { config }: Given,
  onError: 'stop' | 'skip',
): Promise<Problem | undefined> {
  const writing = await openForWriting(config)
  if (isProblem(writing)) return writing
  try {
    const here = openForReading(config)
    if (isProblem(here)) return here
    stage.settle(here)
    here.close()
    for (const { line, reason } of stage.badLines(SHOWN_MAX)) remark(`line ${line}: ${reason}`)
    if (stage.bad > SHOWN_MAX) remark(`… and ${stage.bad - SHOWN_MAX} more`)
    if (stage.bad > 0 && onError === 'stop')
      return problem(
        `${stage.bad} of ${stage.good + stage.bad} lines cannot be brought in`,
        'Nothing was changed. Correct them, or leave them out with --on-error skip',
      )
    const total = await bringAll(stage, writing)
    if (isProblem(total)) return total
    print(JSON.stringify({ lines: stage.good + stage.bad, ...total, bad: stage.bad + total.bad }))
    return undefined
  } finally {
    await writing.close()
  }
}

interface Total {
  readonly created: { batches: number; units: number; parts: number; revisions: number }
  readonly already_there: { batches: number; units: number }
  /** Units that are here already, in another batch or of another revision than the file says. */
  differing: number
  /** Rows whose maker is not known here: made by this station's first user, as far as it can tell. */
  makers_unknown: number
  bad: number
}

async function bringAll(stage: Stage, writing: Writing): Promise<Total | Problem> {
  const total: Total = {
    created: { batches: 0, units: 0, parts: 0, revisions: 0 },
    already_there: { batches: stage.countBatches(), units: 0 },
    differing: 0,
    makers_unknown: 0,
    bad: 0,
  }
  const progress = startProgress('importing', stage.good)
  let place: Place = START
  let done = 0
  try {
    for (;;) {
      const slice = fitting(stage.next(place, SLICE[writing.by]))
      if (slice.length === 0) return total
      const records = slice.map(({ content }) => JSON.parse(content) as FileRecord)
      const last = done + slice.length === stage.good
      const brought = await writing.run<Brought>('records-bring', { records, last })
      if (isProblem(brought)) {
        remark(`${done} of ${stage.good} lines were brought in; the same import again does the rest`)
        return brought
      }
      addUp(total, brought)
      for (const kind of ['differing', 'bad'] as const)
        for (const { index, reason } of brought[kind]) {
          if (total[kind] < SHOWN_MAX) remark(`line ${slice[index]!.line}: ${reason}`)
          total[kind] += 1
        }
      done += brought.done
      place = slice[brought.done - 1]!
      progress.to(done)
    }
  } finally {
    progress.stop()
  }
}

function addUp(total: Total, brought: Brought): void {
  for (const noun of ['batches', 'units', 'parts', 'revisions'] as const) total.created[noun] += brought[noun]
  total.already_there.batches -= brought.batches
  total.already_there.units += brought.units_there
  total.makers_unknown += brought.makers_unknown
}

/** As many lines as one request may carry. */
function fitting(lines: readonly StagedLine[]): readonly StagedLine[] {
  let characters = 0
  const cut = lines.findIndex(({ content }) => (characters += content.length) > SLICE_CHARACTERS)
  return cut <= 0 ? lines.slice(0, cut === 0 ? 1 : undefined) : lines.slice(0, cut)
}
