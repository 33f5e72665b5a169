import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { type FileRecord, recordFields } from '../../src/model/record.ts'
import { lotkeeper, startStation, temporaryFolder } from '../support/process.ts'

interface Result {
  readonly code: number | null
  readonly stderr: string
  readonly said: {
    readonly lines: number
    readonly created: Record<'batches' | 'units' | 'parts' | 'revisions', number>
    readonly already_there: Record<'batches' | 'units', number>
    readonly differing: number
    readonly makers_unknown: number
    readonly bad: number
  }
}

async function bringIn(folder: string, file: string, ...flags: string[]): Promise<Result> {
  const { code, stdout, stderr } = await lotkeeper(['import', file, '--data-dir', folder, ...flags])
  return { code, stderr, said: stdout === '' ? (undefined as never) : (JSON.parse(stdout) as Result['said']) }
}

/** Everything a station holds. */
async function held(folder: string): Promise<FileRecord[]> {
  const { code, stdout } = await lotkeeper(['export', '--format', 'json', '--data-dir', folder])
  expect(code).toBe(0)
  return JSON.parse(stdout) as FileRecord[]
}

const withoutMakers = (records: readonly FileRecord[]) =>
  records.map((record) => ({ ...record, batch_created_by: null, created_by: null }))

function write(name: string, content: string | object): string {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const unit = (serial_number: string, more: FileRecord = {}): FileRecord => ({
  batch_number: 'B-1',
  serial_number,
  part_number: 'P-1',
  revision_number: 'A',
  ...more,
})

/** One of everything: batch without units, unit without batch, parents after their children, every field. */
const everything: FileRecord[] = [
  unit('CHILD', { parent_serial_number: 'parent', created_at: '2024-02-29T12:00:00.125Z' }),
  unit('PARENT', { parent_serial_number: 'GRAND', sample: 'golden' }),
  { batch_number: 'EMPTY', batch_created_at: '2020-01-01T00:00:00Z' },
  unit('GRAND', {
    batch_number: null,
    part_name: 'Räder, "rund"\nund neu',
    metadata: { a: 'x,y;"z"', b: 1.5, c: true },
  }),
  unit('LATER', { batch_number: 'b-1', batch_created_at: null, revision_number: 'B' }),
]

test.for(['csv', 'json'] as const)(
  'what is exported as %s and imported elsewhere is the same',
  async (format) => {
    const [from, to] = [temporaryFolder(), temporaryFolder()]
    expect((await bringIn(from, write('all.json', everything))).said).toMatchObject({
      lines: 5,
      created: { batches: 2, units: 4, parts: 1, revisions: 2 },
    })
    await lotkeeper(['demo', '--batches', '7', '--units-per-batch', '60', '--data-dir', from])
    const file = join(from, `out.${format}`)
    const exported = await lotkeeper(['export', file, '--data-dir', from])
    expect([exported.code, exported.stderr]).toEqual([0, '9 batches and 424 units exported\n'])

    const first = await bringIn(to, file)
    expect(first.said).toMatchObject({
      lines: 425,
      created: { batches: 9, units: 424 },
      already_there: { batches: 0, units: 0 },
      differing: 0,
      bad: 0,
    })
    const original = await held(from)
    expect(withoutMakers(await held(to))).toEqual(withoutMakers(original))
    expect(original.find(({ serial_number }) => serial_number === 'GRAND')).toMatchObject({
      batch_number: null,
      part_name: 'Räder, "rund"\nund neu',
      metadata: { a: 'x,y;"z"', b: 1.5, c: true },
    })
    expect(original.find(({ serial_number }) => serial_number === 'CHILD')).toMatchObject({
      created_at: '2024-02-29T12:00:00.125Z',
      parent_serial_number: 'PARENT',
    })

    const again = await bringIn(to, file)
    expect(again.said).toMatchObject({
      created: { batches: 0, units: 0, parts: 0, revisions: 0 },
      already_there: { batches: 9, units: 424 },
      differing: 0,
    })
  },
)

test('makers are kept where they are known, and counted where they are not', async () => {
  const folder = temporaryFolder()
  const station = await startStation(folder)
  const early = join(folder, 'early.db')
  await lotkeeper(['backup', early, '--data-dir', folder])
  await station.call('POST', '/v2/batches', { number: 'BY-STATION' }, station.keys.station)
  await station.call('POST', '/v2/batches', { number: 'BY-USER' })
  await station.stop()
  const file = join(folder, 'out.csv')
  await lotkeeper(['export', file, '--data-dir', folder])
  const original = await held(folder)
  await lotkeeper(['restore', early, '--data-dir', folder])
  expect((await bringIn(folder, file)).said).toMatchObject({ created: { batches: 2 }, makers_unknown: 0 })
  expect(await held(folder)).toEqual(original)
  expect(original.map(({ batch_created_by }) => batch_created_by?.split(':')[0])).toEqual(['station', 'user'])
  expect((await bringIn(temporaryFolder(), file)).said).toMatchObject({ makers_unknown: 2 })
})

/** Each line but the first is bad. */
const badLines: readonly (readonly [record: unknown, says: string])[] = [
  [{ ...unit('NO-PART'), part_number: undefined }, 'part_number is required for a unit'],
  [unit('bad serial'), 'serial_number is invalid'],
  [unit('x'.repeat(61)), 'serial_number must contain at most 60 characters'],
  [unit('GOOD'), 'serial number GOOD stands already on line 1'],
  [unit('TIME', { created_at: 'yesterday' }), 'created_at is invalid'],
  [unit('SAMPLE', { sample: 'silver' as never }), 'Invalid option'],
  [unit('META', { metadata: { deep: { er: 1 } } as never }), 'Invalid input'],
  [
    unit('ZERO', { metadata: { note: 'a\0b' } }),
    'metadata is invalid: it contains characters that cannot be stored',
  ],
  [
    unit('HALF', { metadata: { ['\ud800']: 1 } }),
    'metadata is invalid: it contains characters that cannot be stored',
  ],
  [
    unit('MAKER', { created_by: 'user:a\0b' }),
    'created_by is invalid: it contains characters that cannot be stored',
  ],
  [unit('TYPO', { serial: 'x' } as never), 'Unrecognized key: "serial"'],
  [unit('ORPHAN', { parent_serial_number: 'NOBODY' }), 'the parent nobody is neither in the file'],
  [unit('RING-1', { parent_serial_number: 'RING-2' }), 'its parent ring-2 is among its own descendants'],
  [unit('RING-2', { parent_serial_number: 'RING-1' }), 'its parent ring-1 is among its own descendants'],
  [unit('OF-ORPHAN', { parent_serial_number: 'ORPHAN' }), 'its parent orphan is on a bad line'],
  [unit('SELF', { parent_serial_number: 'SELF' }), 'among its own descendants'],
  [{ batch_number: null }, 'neither batch_number nor serial_number is given'],
  [{ batch_number: 'B-1', part_number: 'P' }, 'part_number stands without a serial_number'],
  [
    unit('OTHER', { batch_created_at: '2020-01-01T00:00:00Z' }),
    'batch B-1 has another batch_created_at on line 1',
  ],
  ['text', 'expected object'],
]
const badFile = [
  unit('GOOD'),
  ...badLines.map(([record]) => record),
  unit('GOOD-2', { parent_serial_number: 'GOOD' }),
]

test('bad lines are named by number and reason, and nothing is done', async () => {
  const folder = temporaryFolder()
  await (await startStation(folder)).stop()
  const { code, stderr } = await bringIn(folder, write('bad.json', badFile))
  badLines.forEach(([, says], index) => expect(stderr).toMatch(lineSaying(index + 2, says)))
  expect(stderr).toMatch(
    /^lotkeeper: 20 of 22 lines cannot be brought in\. Nothing was changed\. [^\n]+--on-error skip\.$/m,
  )
  expect(code).toBe(1)
  expect(await held(folder)).toEqual([])
})

test('with --on-error skip the rest is kept', async () => {
  const folder = temporaryFolder()
  const { code, said } = await bringIn(folder, write('bad.json', badFile), '--on-error', 'skip')
  expect(code).toBe(0)
  expect(said).toMatchObject({ lines: 22, created: { batches: 1, units: 2 }, bad: 20 })
  expect((await held(folder)).map(({ serial_number }) => serial_number)).toEqual(['GOOD', 'GOOD-2'])
})

const lineSaying = (line: number, says: string) =>
  new RegExp(`^line ${line}: [^\\n]*${says.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'm')

test('bad lines of a CSV file carry the number an editor shows', async () => {
  const file = write(
    'bad.csv',
    [
      'batch_number,serial_number,part_number,revision_number,metadata',
      'B-1,SN-1,P-1,A,',
      'B-1,SN-2,P-1',
      '',
      'B-1,SN-3,P-1,A,{broken',
      'B-1,SN-4,P-1,A,"{""a"":1}"',
      'B-1,SN 5,P-1,A,',
    ].join('\n'),
  )
  const { stderr, said } = await bringIn(temporaryFolder(), file, '--on-error', 'skip')
  expect(stderr).toMatch(lineSaying(3, 'it has more or fewer fields than the first line'))
  expect(stderr).toMatch(lineSaying(5, 'metadata is not JSON'))
  expect(stderr).toMatch(lineSaying(7, 'serial_number is invalid'))
  expect(said).toMatchObject({ created: { units: 2 }, bad: 3 })
})

test.for([
  ['semicolons', 'batch_number;serial_number;part_number;revision_number\r\nB-1;SN-1;P-1;A\r\n'],
  ['tabs', 'batch_number\tserial_number\tpart_number\trevision_number\nB-1\tSN-1\tP-1\tA\n'],
  ['a byte order mark', '\uFEFFbatch_number,serial_number,part_number,revision_number\nB-1,SN-1,P-1,A'],
  ['columns in another order', 'revision_number, part_number, batch_number, serial_number\nA,P-1,B-1,SN-1'],
] as const)('a CSV file with %s is read', async ([, text]) => {
  expect((await bringIn(temporaryFolder(), write('in.csv', text))).said).toMatchObject({
    created: { batches: 1, units: 1 },
    bad: 0,
  })
})

test.for([
  ['in.csv', 'batch_number,colour\nB-1,red\n', 'its column "colour" is not one of batch_number'],
  ['in.csv', 'batch_number\n"B-1\n', 'is not a CSV file of records'],
  ['in.json', '{"batches": []}', 'is not a JSON list of records'],
  ['in.json', '[{"batch_number": "B-1"}', 'is not a JSON list of records'],
  ['in.txt', '', 'ends in neither .csv nor .json'],
] as const)('%s with %o is refused as a whole', async ([name, text, says]) => {
  const folder = temporaryFolder()
  const { code, stderr } = await bringIn(folder, write(name, text), '--on-error', 'skip')
  expect(stderr).toContain(says)
  expect(stderr).toMatch(/^lotkeeper: [^\n]+\n$/)
  expect(code).toBe(1)
})

test('a unit that is here already stays where it is, and that is said', async () => {
  const folder = temporaryFolder()
  await bringIn(folder, write('one.json', [unit('SN-1'), unit('SN-2')]))
  const { stderr, said } = await bringIn(
    folder,
    write('two.json', [
      unit('sn-1', { batch_number: 'B-2' }),
      unit('SN-2', { revision_number: 'C' }),
      unit('SN-3'),
    ]),
  )
  expect(said).toMatchObject({ created: { units: 1 }, already_there: { units: 2 }, differing: 2 })
  expect(stderr).toContain('line 1: unit sn-1 is here already, in batch B-1')
  expect(stderr).toContain('line 2: unit SN-2 is here already, as part P-1 revision A')
})

test('a file of the wrong kind of place is said', async () => {
  const { code, stderr } = await bringIn(temporaryFolder(), '/nowhere/in.csv')
  expect(stderr).toBe(
    'lotkeeper: /nowhere/in.csv cannot be read (ENOENT). Give the path of a readable file.\n',
  )
  expect(code).toBe(1)
})

test('while a file is imported through it, the server goes on answering, and each answer shows whole lines', async () => {
  const folder = temporaryFolder()
  const station = await startStation(folder)
  const records = Array.from({ length: 3_000 }, (_, n) =>
    unit(`SN-${n}`, { batch_number: `B-${Math.floor(n / 10)}` }),
  )
  const importing = bringIn(folder, write('many.json', records))
  let done = false
  let answers = 0
  void importing.finally(() => (done = true))
  while (!done) {
    expect((await station.call('GET', '/v2/batches')).status).toBe(200)
    expect((await station.call('POST', '/v2/batches', { number: `OWN-${answers}` })).status).toBe(200)
    answers += 1
  }
  expect((await importing).said).toMatchObject({ created: { batches: 300, units: 3_000 } })
  expect(answers).toBeGreaterThan(10)
  await station.stop()
  expect(await held(folder)).toHaveLength(3_000 + answers)
})

test('an import cut off by the death of the server is completed by the same import', async () => {
  const folder = temporaryFolder()
  const station = await startStation(folder)
  const records = Array.from({ length: 5_000 }, (_, n) =>
    unit(`SN-${n}`, n % 2 === 1 ? { parent_serial_number: `SN-${n - 1}` } : {}),
  )
  const file = write('many.json', records)
  const importing = bringIn(folder, file)
  for (;;) {
    const { data } = (await (await station.call('GET', '/v2/units?limit=1')).json()) as { data: unknown[] }
    if (data.length > 0) break
  }
  station.process.kill('SIGKILL')
  const cut = await importing
  expect(cut.code).toBe(1)
  expect(cut.stderr).toMatch(/\d+ of 5000 lines were brought in; the same import again does the rest/)
  const rest = await bringIn(folder, file)
  expect(rest.said.already_there.units).toBeGreaterThan(0)
  expect(rest.said.created.units + rest.said.already_there.units).toBe(5_000)
  const children = (await held(folder)).filter(({ parent_serial_number }) => parent_serial_number)
  expect(children).toHaveLength(2_500)
})

test('files much larger than memory are looked through and written', async () => {
  const folder = temporaryFolder()
  const lines = Array.from(
    { length: 40_000 },
    (_, n) => `B-${Math.floor(n / 10)},SN-${n},P-1,A,"{""note"":""${'x'.repeat(500)}""}"`,
  )
  const file = write(
    'large.csv',
    ['batch_number,serial_number,part_number,revision_number,metadata', ...lines, 'bad'].join('\n'),
  )
  const { stderr } = await lotkeeper(['import', file, '--data-dir', folder], {
    env: { NODE_OPTIONS: '--max-old-space-size=32' },
  })
  expect(stderr).toContain('lotkeeper: 1 of 40001 lines cannot be brought in.')
})

test('the columns of a file are the fields of a record', async () => {
  const folder = temporaryFolder()
  await (await startStation(folder)).stop()
  const { stdout } = await lotkeeper(['export', '--data-dir', folder])
  expect(stdout).toBe(`${recordFields.join(',')}\n`)
  expect(readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')).toContain(recordFields[0])
})
