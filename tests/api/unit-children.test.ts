import { type Scenario, child, part, proveScenarios, unit } from '../support/scenario.ts'

const add: Scenario[] = [
  {
    fact: 'a unit is put under another one and named in the answer',
    given: [part('P'), unit('A'), unit('B')],
    request: 'PUT /v2/units/a/children',
    by: 'station',
    body: { child_serial_number: 'b' },
    status: 200,
    answer: { id: '$3' },
    wrote: ['unit.add_child'],
    rows: { units: ['A P/A', 'B P/A under A'] },
  },
  {
    fact: 'put under a second one it leaves the first',
    given: [part('P'), unit('A'), unit('B'), unit('C'), child('A', 'C')],
    request: 'PUT /v2/units/B/children',
    body: { child_serial_number: 'C' },
    status: 200,
    rows: { units: ['A P/A', 'B P/A', 'C P/A under B'] },
  },
  {
    fact: 'put there again nothing changes',
    given: [part('P'), unit('A'), unit('B'), child('A', 'B')],
    request: 'PUT /v2/units/A/children',
    body: { child_serial_number: 'B' },
    status: 200,
    answer: { id: '$3' },
    wrote: [],
  },
  {
    fact: 'no unit is its own child',
    given: [part('P'), unit('A')],
    request: 'PUT /v2/units/A/children',
    body: { child_serial_number: 'a' },
    status: 400,
    says: 'Unit A cannot be its own child',
  },
  {
    fact: 'nor under what is under it, however deep',
    given: [part('P'), unit('A'), unit('B'), unit('C'), child('A', 'B'), child('B', 'C')],
    request: 'PUT /v2/units/C/children',
    body: { child_serial_number: 'A' },
    status: 400,
    says: 'Unit A cannot be a child of C, which is itself under it',
  },
  {
    fact: 'an unknown parent is 404',
    given: [part('P'), unit('A')],
    request: 'PUT /v2/units/B/children',
    body: { child_serial_number: 'A' },
    status: 404,
    says: 'Unit B not found',
  },
  {
    fact: 'an unknown child is 404',
    given: [part('P'), unit('A')],
    request: 'PUT /v2/units/A/children',
    body: { child_serial_number: 'B' },
    status: 404,
    says: 'Unit B not found',
  },
  {
    fact: 'no child is refused',
    request: 'PUT /v2/units/A/children',
    body: {},
    status: 400,
    says: 'Child serial number is required',
  },
]

const take: Scenario[] = [
  {
    fact: 'a child is taken out',
    given: [part('P'), unit('A'), unit('B'), child('A', 'B')],
    request: 'DELETE /v2/units/a/children?child_serial_number=b',
    by: 'station',
    status: 200,
    answer: { id: '$3' },
    wrote: ['unit.remove_child'],
    rows: { units: ['A P/A', 'B P/A'] },
  },
  {
    fact: 'a stranger cannot be taken out',
    given: [part('P'), unit('A'), unit('B'), child('A', 'B')],
    request: 'DELETE /v2/units/B/children?child_serial_number=A',
    status: 400,
    says: 'Unit A is not a child of B',
  },
  {
    fact: 'an unknown one is 404',
    given: [part('P'), unit('A')],
    request: 'DELETE /v2/units/A/children?child_serial_number=B',
    status: 404,
  },
  {
    fact: 'no child is refused',
    request: 'DELETE /v2/units/A/children',
    status: 400,
    says: 'Child serial number is required',
  },
  {
    fact: 'two at once are refused',
    request: 'DELETE /v2/units/A/children?child_serial_number=B&child_serial_number=C',
    status: 400,
    says: 'Child serial number must be text, given once',
  },
]

proveScenarios([...add, ...take])
