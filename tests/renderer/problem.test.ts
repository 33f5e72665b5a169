import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import { z } from 'zod'

import { type SyncState, languages } from '../../src/model/desk.ts'
import { errorStatus } from '../../src/model/error.ts'
import { headquartersEndpoints } from '../../src/model/headquarters.ts'
import { causes, ownReasons } from '../../src/model/reason.ts'
import { troubleSentence } from '../../src/renderer/headquarters.ts'
import { translator } from '../../src/renderer/i18n/translate.ts'
import { createTranslation } from '../../src/renderer/i18n/use-translation.ts'
import { ApiProblem, sentenceOf } from '../../src/renderer/problem.ts'

const ENGLISH = 'as the station says it'
const issueOf = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error!.issues[0] as unknown as Readonly<Record<string, unknown>>

/** Whatever may be answered, as the page gets it. */
const problems = [
  ...Object.keys(errorStatus).map((code) => new ApiProblem(code, ENGLISH)),
  new ApiProblem('UNREACHABLE', ENGLISH),
  ...[...causes.filter((cause) => cause !== 'clock' && cause !== 'restored'), ...ownReasons].map(
    (reason) => new ApiProblem('CONFLICT', ENGLISH, { reason }),
  ),
  ...[
    issueOf(z.string().min(1), ''),
    issueOf(z.string().max(3), 'four'),
    issueOf(z.number().max(3), 4),
    issueOf(z.string(), 7),
    issueOf(z.enum(['a']), 'b'),
    issueOf(z.strictObject({}), { a: 1 }),
    issueOf(z.union([z.string(), z.number()]), true),
    issueOf(
      z.string().refine(() => false),
      '',
    ),
    issueOf(headquartersEndpoints.enroll.body, { url: 'hq.example', code: 'A' }),
  ].map((issue) => new ApiProblem('BAD_REQUEST', ENGLISH, { issue })),
]
const nameOf = ({ code, particulars }: ApiProblem) =>
  particulars.reason ?? (particulars.issue?.['code'] as string | undefined) ?? code
const sync = (cause: string): SyncState => ({
  state: 'offline',
  pending: 0,
  conflicts: 0,
  last_success_at: null,
  oldest_pending_at: null,
  progress: null,
  cause,
  detail: ENGLISH,
  technical: null,
  clock_skew_ms: 200_000,
  disk_free_bytes: null,
})

describe.each(languages)('in %s', (language) => {
  const t = translator(language)
  const english = translator('en')

  test('each code, reason and fault of what was sent has its sentence, and none is the station’s English', () => {
    expect(problems.length).toBeGreaterThan(50)
    for (const problem of problems) {
      const said = sentenceOf(problem, t)
      expect(said, nameOf(problem)).not.toContain(ENGLISH)
      expect(said, nameOf(problem)).not.toMatch(/[{}]|undefined/)
      expect(language === 'en' || said !== sentenceOf(problem, english), nameOf(problem)).toBe(true)
    }
  })

  test('each cause that keeps headquarters away has its sentence', () => {
    const translation = createTranslation(language)
    for (const cause of causes) {
      const said = troubleSentence(sync(cause), translation)
      expect(said, cause).not.toContain(ENGLISH)
      const english = troubleSentence(sync(cause), createTranslation('en'))
      expect(language === 'en' || said !== english, cause).toBe(true)
    }
  })
})

test('what is wrong is told as exactly as the answer allows', () => {
  const t = translator('de')
  expect(
    sentenceOf(
      problems.find((one) => nameOf(one) === 'too_big'),
      t,
    ),
  ).toBe('Höchstens 3 Zeichen sind möglich.')
  expect(sentenceOf(problems.at(-1), t)).toBe('Das ist keine Adresse. Sie beginnt mit http:// oder https://.')
  expect(sentenceOf(new ApiProblem('CONFLICT', ENGLISH), t, 'LOT-1')).toBe(
    'Die Nummer LOT-1 ist vergeben. Wählen Sie eine andere.',
  )
})

test('what only a newer station knows is shown in its own words', () => {
  const t = translator('zh')
  const issue = { code: 'of_tomorrow' }
  for (const problem of [
    new ApiProblem('CONFLICT', ENGLISH, { reason: 'of_tomorrow' }),
    new ApiProblem('BAD_REQUEST', ENGLISH, { issue }),
    new ApiProblem('OF_TOMORROW', ENGLISH),
    new ApiProblem('toString', ENGLISH),
  ])
    expect(sentenceOf(problem, t)).toBe(`无法使用：${ENGLISH}`)
  expect(troubleSentence(sync('of_tomorrow'), createTranslation('zh'))).toBe(ENGLISH)
})

/** A refusal that the page cannot tell by its code alone names its reason; `issues` are told by the schema's own codes. */
test('no operation of the station’s own is refused without a reason', () => {
  const source = join(import.meta.dirname, '../../src')
  const files = [
    ...readdirSync(join(source, 'main/api'))
      .filter((name) => name.startsWith('station-'))
      .map((name) => join(source, 'main/api', name)),
    join(source, 'main/store/conflicts.ts'),
    join(source, 'model/conflict-answers.ts'),
  ]
  const refusals = files.flatMap((file) =>
    [
      ...readFileSync(file, 'utf8').matchAll(/refuse\(\s*'(?:CONFLICT|BAD_REQUEST)'[^]*?\n?\s*\)\s*[\n;)]/g),
    ].map(([text]) => text),
  )
  expect(refusals.length).toBeGreaterThan(5)
  for (const refusal of refusals) expect(refusal).toMatch(/\b(?:reason|issues)\b/)
})
