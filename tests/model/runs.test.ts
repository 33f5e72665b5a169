import { expect, test } from 'vitest'

import { judge, procedure, product, proveAll, run, unit, unseen, version } from '../support/judge.ts'

/** Steps 1 to 4: a unit `u` and a procedure `q`. */
const tested = [...product, unit('u'), procedure('q')]

proveAll([
  {
    fact: 'a run stands under its id and names its unit and procedure',
    given: tested,
    when: run('t', { made_unit: true, outcome: 'FAIL' }),
    result: 'applied',
    rows: {
      'run t': {
        name: 't',
        key: 't',
        scope: '',
        fields: { unit_id: 'u', procedure_id: 'q', outcome: 'FAIL', made_unit: 1 },
      },
    },
  },
  {
    fact: 'a run of an unknown unit is not made',
    given: tested,
    when: run('t', { unit_id: 'nobody' }),
    result: 'rejected',
    conflicts: [{ kind: 'dangling_ref', field: 'unit_id' }],
  },
  {
    fact: '[S1] a unit that two stations made apart is one, and the run of the second is a run of it',
    given: [...tested, unit('other', { serial_number: 'O' })],
    when: unit('v', { serial_number: 'U' }),
    by: unseen(3),
    result: 'merged',
    conflicts: [{ kind: 'merged', id: 'v', other_id: 'u' }],
  },
  {
    fact: '[S1] one tag made twice unseen is one version',
    given: [procedure('q'), version('a', 'q', 'V1')],
    when: version('b', 'q', 'v1'),
    by: unseen(2),
    result: 'merged',
    conflicts: [{ kind: 'merged', id: 'b', other_id: 'a' }],
    rows: { 'version b': { into: 'a' } },
  },
  {
    fact: 'the tag of another procedure is another version',
    given: [procedure('q'), procedure('o'), version('a', 'q', 'V1')],
    when: version('b', 'o', 'V1'),
    result: 'applied',
    rows: { 'version b': { into: null, scope: 'o' } },
  },
  {
    fact: 'a procedure goes with versions and runs, although its runs use its versions',
    given: [...tested, version('w', 'q'), run('t', { version_id: 'w' })],
    when: { type: 'procedure.delete', id: 'q' },
    result: 'applied',
    rows: {
      'procedure q': { deleted: true },
      'version w': { deleted: true },
      'run t': { deleted: true },
      'unit u': { deleted: false },
    },
  },
  {
    fact: 'a version that a run uses stays',
    given: [...tested, version('w', 'q'), run('t', { version_id: 'w' })],
    when: { type: 'version.delete', id: 'w' },
    result: 'rejected',
    conflicts: [{ kind: 'delete_nonempty', id: 'w', other_id: 't', field: 'version_id' }],
  },
  {
    fact: '[S7] a unit whose new run the author had not seen stays with it',
    given: [...tested, run('t')],
    when: { type: 'unit.delete', id: 'u' },
    by: unseen(5),
    result: 'rejected',
    conflicts: [{ kind: 'delete_stale', noun: 'run', id: 't' }],
    rows: { 'unit u': { deleted: false }, 'run t': { deleted: false } },
  },
  {
    fact: 'a run of a procedure that was deleted unseen brings it back',
    given: [...tested, { type: 'procedure.delete', id: 'q' }],
    when: run('t'),
    by: unseen(5),
    result: 'applied',
    conflicts: [{ kind: 'revive', noun: 'procedure', id: 'q' }],
    rows: { 'procedure q': { deleted: false } },
  },
  {
    fact: 'two links of one pair stand side by side',
    given: [
      procedure('q'),
      { type: 'station.create', id: 's', name: 'S' },
      { type: 'link.create', id: 'l', station_id: 's', procedure_id: 'q' },
    ],
    when: { type: 'link.create', id: 'm', station_id: 's', procedure_id: 'q' },
    by: unseen(3),
    result: 'applied',
    rows: { 'link l': { deleted: false }, 'link m': { deleted: false } },
  },
  {
    fact: 'a station goes with its links',
    given: [
      procedure('q'),
      { type: 'station.create', id: 's', name: 'S' },
      { type: 'link.create', id: 'l', station_id: 's', procedure_id: 'q' },
    ],
    when: { type: 'station.remove', id: 's' },
    result: 'applied',
    rows: { 'link l': { deleted: true }, 'procedure q': { deleted: false } },
  },
])

test('[S1] a run that names a joined unit is a run of the one that stays', () => {
  const at = judge()
  at.all(...tested)
  at.do(unit('v', { serial_number: 'U' }), unseen(3))
  expect(at.do(run('t', { unit_id: 'v' })).result).toBe('applied')
  expect(at.state.get('run', 't')!.fields['unit_id']).toBe('u')
})
