import { expect, test } from 'vitest'

import { lotkeeper, startStation, temporaryFolder } from '../support/process.ts'

const run = (procedure_id: string, serial_number: string) => ({
  outcome: 'PASS',
  procedure_id,
  started_at: '2026-01-01T08:00:00Z',
  ended_at: '2026-01-01T08:01:00Z',
  serial_number,
  part_number: 'P',
})

/** Each command by a running server and by itself: nobody has to know which. */
test.for([{ runs: true }, { runs: false }])(
  'a station key reports runs of a procedure from its link to its unlinking (server runs: $runs)',
  async ({ runs }) => {
    const folder = temporaryFolder()
    const args = ['--data-dir', folder]
    let station = await startStation(folder)
    const { user, station: key } = station.keys
    const made = await station.call('POST', '/v2/procedures', { name: 'FCT' }, user)
    const { id } = (await made.json()) as { id: string }
    const report = async (serial: string) =>
      (await station.call('POST', '/v2/runs', run(id, serial), key)).status
    const command = async (...words: string[]) => {
      if (!runs) await station.stop()
      const done = await lotkeeper(['procedures', ...words, ...args])
      if (!runs) station = await startStation(folder)
      return [done.code, done.stdout, done.stderr]
    }
    expect(await report('A')).toBe(403)
    expect(await command('link', id)).toEqual([0, `{"id":"${id}"}\n`, ''])
    expect(await command('link', id)).toEqual([0, `{"id":"${id}"}\n`, ''])
    expect(await report('B')).toBe(200)
    expect(await command('list')).toEqual([0, `${id}  linked  FCT\n`, ''])
    expect(await command('unlink', id)).toEqual([0, `{"id":"${id}"}\n`, ''])
    expect(await report('C')).toBe(403)
    expect(await command('list', '--json')).toEqual([0, `[{"id":"${id}","name":"FCT","linked":false}]\n`, ''])
    expect(await command('unlink', id)).toEqual([
      1,
      '',
      `lotkeeper: Procedure ${id} is not linked to this station. Nothing was changed.\n`,
    ])
    await station.stop()
  },
)

test('with station_runs = any the station key needs no link', async () => {
  const folder = temporaryFolder()
  const station = await startStation(folder, ['--station-runs', 'any'])
  const { user, station: key } = station.keys
  const made = await station.call('POST', '/v2/procedures', { name: 'FCT' }, user)
  const { id } = (await made.json()) as { id: string }
  expect((await station.call('POST', '/v2/runs', run(id, 'A'), key)).status).toBe(200)
  await station.stop()
})

test.for([
  [['procedures'], 'procedures needs to know what to do'],
  [['procedures', 'link'], 'no procedure is named'],
] as const)('%o is refused in one line', async ([words, says]) => {
  const { code, stdout, stderr } = await lotkeeper([...words, '--data-dir', temporaryFolder()])
  expect(stderr.split('\n').findLast((line) => line !== '')).toContain(`lotkeeper: ${says}. `)
  expect([code, stdout]).toEqual([1, ''])
})
