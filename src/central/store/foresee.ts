import { keyOf } from '../../model/decide/name.ts'
import { allNouns, nouns } from '../../model/decide/nouns.ts'
import type { Noun } from '../../model/state.ts'
import type { PushRequest } from '../../model/sync/protocol.ts'
import { type Facts, nameOf } from './facts.ts'

/**
 * What a push will surely ask, noted before it is decided: one look at the database for all pushes of a transaction instead of
 * several for each. A hint: whatever is not foreseen is asked for later all the same.
 */
export function foresee(facts: Facts, { incarnation, parent, cursor, ops }: PushRequest): void {
  const note = ({ known, missing }: Facts[keyof Facts], name: string) => {
    if (!known.has(name)) missing.add(name)
  }
  const row = (noun: Noun, id: unknown) => {
    if (typeof id === 'string') note(facts.rows, nameOf(noun, id))
  }
  note(facts.incarnations, incarnation)
  if (parent) note(facts.incarnations, parent.incarnation)
  if (parent) note(facts.heirs, parent.incarnation)
  if (cursor.seq > 0) note(facts.places, String(cursor.seq))
  for (const { op_id, base, operation } of ops) {
    note(facts.operations, op_id)
    if (base.seq > 0) note(facts.places, String(base.seq))
    if (operation.type === 'conflict.answer') note(facts.records, String(operation['id']))
    const noun = allNouns.find((one) => operation.type.startsWith(`${one}.`))
    if (noun === undefined) continue
    const named: Readonly<Record<string, unknown>> = operation
    row(noun, named['id'])
    // An id that something is made under is free among all nouns.
    if (operation.type.endsWith('.create') && typeof named['id'] === 'string') note(facts.ids, named['id'])
    row('unit', named['child_id'])
    const { scope, label, unique, references } = nouns[noun]
    for (const { field, noun: target } of references) row(target, named[field])
    const name = named[label]
    const of = scope === null ? '' : named[scope]
    if (unique && typeof name === 'string' && typeof of === 'string')
      note(facts.holders, nameOf(noun, of, keyOf(noun, '', name)))
  }
}
