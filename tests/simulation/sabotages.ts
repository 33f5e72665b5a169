/**
 * Defects that somebody could well put in, each of which the simulator must find: without this, "no failures" would mean
 * nothing. `find` stands exactly once in `file`, and the corpus has a run that finds it.
 */
export interface Sabotage {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
}

const sync = 'src/model/sync'

export const sabotages: readonly Sabotage[] = [
  {
    name: 'an answer to a push confirms it',
    file: `${sync}/station/answer.ts`,
    find: 'seq <= flight.cursor.seq',
    replace: 'seq <= flight.cursor.seq || seq > 0',
  },
  {
    name: 'a chain is patched',
    file: `${sync}/headquarters.ts`,
    find: '      sent.n !== end.seq + 1 ||\n      sent.prev !== end.hash ||\n',
    replace: '      sent.n <= end.seq ||\n',
  },
  {
    name: 'a push is taken without looking at the cursor',
    file: `${sync}/headquarters.ts`,
    find: 'if (store.hashAt(asked.cursor.seq) !== asked.cursor.hash)',
    replace: "if (asked.kind !== 'push' && store.hashAt(asked.cursor.seq) !== asked.cursor.hash)",
  },
  {
    name: 'a cursor is only a number',
    file: `${sync}/headquarters.ts`,
    find: 'if (store.hashAt(asked.cursor.seq) !== asked.cursor.hash)',
    replace: 'if (store.hashAt(asked.cursor.seq) === undefined)',
  },
  {
    name: 'the history is hashed without its rows',
    file: `${sync}/commit.ts`,
    find: 'canonical([seq, op_id, txn_id, station_id, result, rows, conflicts, content])',
    replace: 'canonical([seq, op_id, content])',
  },
  {
    name: 'numbers of two histories are compared',
    file: `${sync}/journal.ts`,
    find: 'return entry.base.seq <= common.seq ? entry',
    replace: 'return entry.base.seq <= common.seq || true ? entry',
  },
  {
    name: 'a claimed past is believed',
    file: `${sync}/knowledge.ts`,
    find: 'while (parent !== null && linkAt(chains, parent, hash) === parent.hash)',
    replace: 'while (parent !== null)',
  },
  {
    name: 'a chain does not say what came before it',
    file: `${sync}/chain.ts`,
    find: 'return parent === null ? GENESIS : hash(canonical(parent))',
    replace: 'return parent === null || hash === undefined ? GENESIS : GENESIS',
  },
  {
    name: 'a renaming goes out where the operation stood that it was folded into',
    file: `${sync}/station/incarnation.ts`,
    find: 'const local_id = only_renamed ? (entry.renamed_at ?? entry.local_id) : entry.local_id',
    replace: 'const { local_id } = entry',
  },
  {
    name: 'a copy counts as knowing what was folded in elsewhere',
    file: `${sync}/headquarters.ts`,
    find: 'isSame ? sent.op_id : null',
    replace: 'isSame ? sent.op_id : sent.op_id',
  },
  {
    name: 'operations are sent again in another order',
    file: 'tests/simulation/disk.ts',
    find: '[...disk.outbox.values()].sort((a, b) => a.local_id - b.local_id)',
    replace: '[...disk.outbox.values()].sort((a, b) => (a.op.op_id < b.op.op_id ? -1 : 1))',
  },
  {
    name: 'a page is applied row by row',
    file: 'tests/simulation/disk.ts',
    find: '  for (const { noun, id } of rows) into.drop(noun, id)\n',
    replace: '',
  },
  {
    name: 'equal names are always one thing',
    file: 'src/model/decide/create.ts',
    find: 'if (known(d, other))',
    replace: 'if (known(d, other) && d.author.rebased)',
  },
  {
    name: 'the archive is thrown away at once',
    file: `${sync}/station/answer.ts`,
    find: 'committed_seq <= page.safe_seq',
    replace: 'committed_seq <= page.to.seq',
  },
  {
    name: 'a repetition is done again',
    file: `${sync}/headquarters.ts`,
    find: 'const seq = before?.seq ?? accept(',
    replace: 'const seq = accept(',
  },
  {
    name: 'a deletion beats what it had not seen',
    file: 'src/model/decide/remove.ts',
    find: 'if (obstacles.length > 0)',
    replace: "if (obstacles.some(({ kind }) => kind === 'delete_nonempty'))",
  },
  {
    name: 'the last writer wins',
    file: 'src/model/decide/update.ts',
    find: '!isEmpty(row, field) && !seen(d, markOf(row, field))',
    replace: '!isEmpty(row, field) && !seen(d, markOf(row, field)) && false',
  },
  {
    name: 'the last renaming wins',
    file: 'src/model/decide/name.ts',
    find: "if (!seen(d, markOf(row, 'key')))",
    replace: "if (!seen(d, markOf(row, 'key')) && name === '')",
  },
  {
    name: 'the fold forgets who read',
    file: `${sync}/reach.ts`,
    find: 'asked.push({ ids: readers(node), after: from })',
    replace: 'void readers',
  },
  {
    name: 'the fold leaves later writes in place',
    file: `${sync}/reach.ts`,
    find: 'asked.push({ ids: writers(node), after: at })',
    replace: 'void writers',
  },
  {
    name: 'the fold never starts again',
    file: `${sync}/fold.ts`,
    find: 'if (!reach.covers(entry.local_id, footprint)) return null',
    replace: 'reach.covers(entry.local_id, footprint)',
  },
  {
    name: 'the fold keeps the traces of what left the outbox',
    file: `${sync}/fold.ts`,
    find: '    for (const node of writes) told(calm, node, local_id)\n',
    replace: '',
  },
  {
    name: 'a row goes back without those who wrote it before',
    file: `${sync}/reach.ts`,
    find: 'asked.push({ ids: writers(node), after: -Infinity })',
    replace: 'void writers',
  },
  {
    name: 'a row is as shown whoever wrote it',
    file: `${sync}/fold.ts`,
    find: '(author.wrote(before) && author.wrote(after))',
    replace: 'author.wrote(before)',
  },
  {
    name: 'what was sent is folded together once more',
    file: `${sync}/squash.ts`,
    find: 'seal === null && !resent',
    replace: 'seal === null && resent !== undefined',
  },
  {
    name: 'a promise of headquarters is believed for ever',
    file: `${sync}/station/answer.ts`,
    find: '!page.more && flight.id > session.pushed_at',
    replace: '!page.more && flight.id < 0',
  },
  {
    name: 'a request is torn apart between pages',
    file: `${sync}/feed.ts`,
    find: 'if (next?.txn_id !== last.txn_id) break',
    replace: 'if (next?.txn_id !== last.txn_id || true) break',
  },
  {
    name: 'sent first and sealed afterwards',
    file: `${sync}/station/ask.ts`,
    find: 'effects: [...writes, ...asked.effects]',
    replace: 'effects: [...asked.effects, ...writes]',
  },
  {
    name: 'a copied disk goes unnoticed',
    file: `${sync}/headquarters.ts`,
    find: "  store.report({ kind: 'copied', station_id, incarnation, n })\n",
    replace: '',
  },
  {
    name: 'nobody minds a second heir',
    file: `${sync}/headquarters.ts`,
    find: 'store.chainEnd(incarnation).seq > upto || store.hasHeir(incarnation)',
    replace: 'store.chainEnd(incarnation).seq > upto',
  },
  {
    name: 'an operation that nobody understands stops the queue',
    file: `${sync}/headquarters.ts`,
    find: '    const before = store.operation(sent.op_id)\n',
    replace: `    if (sent.operation.type.startsWith('gadget')) return { kind: 'pushed', results, chain: end }
    const before = store.operation(sent.op_id)
`,
  },
  {
    name: 'one id with two contents is taken for one operation',
    file: `${sync}/headquarters.ts`,
    find: 'return known.content === content || (made_as === null && known.made_as === content)',
    replace: "return known.content !== '' || (made_as === null && known.made_as === content)",
  },
  {
    name: 'one row id given to two rows is taken for one row',
    file: `${sync}/headquarters.ts`,
    find: 'is_storable && isRowTaken(store, op)',
    replace: "op.op_id === '' && isRowTaken(store, op)",
  },
  {
    name: 'one row id is looked for among rows of its noun alone',
    file: `${sync}/headquarters.ts`,
    find: 'store.hasRow(operation.id)',
    replace: 'store.rows.get(noun as Noun, operation.id) !== undefined',
  },
  {
    name: 'an operation that gives up its id keeps the row it made',
    file: `${sync}/station/incarnation.ts`,
    find: "const makes = !only_renamed && operation.type.endsWith('.create')",
    replace: "const makes = !only_renamed && operation.type.endsWith('.nothing')",
  },
  {
    name: 'an id that is given up is given up for rows of every noun',
    file: 'src/model/moved.ts',
    find: 'value === from && nounNamedBy(operation, field) === noun',
    replace: 'value === from && /(^|_)id$/.test(field) && noun !== undefined',
  },
  {
    name: 'whoever saw another row of its id is thought to mean its own',
    file: `${sync}/station/incarnation.ts`,
    find: 'entry.base.seq >= theirs ? entry',
    replace: 'entry.base.seq < 0 ? entry',
  },
  {
    name: 'every copy gives new ids of its own to what gives up its id',
    file: `${sync}/station/answer.ts`,
    find: 'reminted(view.base, before, answer, tools)',
    replace: 'reminted(view.base, before, answer, { ...tools, idFrom: tools.newId })',
  },
  {
    name: 'a stranger of its id is taken for its own copy',
    file: `${sync}/station/incarnation.ts`,
    find: 'taken.made_as !== null && as_made',
    replace: 'taken.made_as !== null && (as_made || !as_made)',
  },
  {
    name: 'a repetition in a new chain is taken for another operation',
    file: `${sync}/headquarters.ts`,
    find: '    const before = store.operation(sent.op_id)\n',
    replace:
      '    const before = end.seq === 0 && store.parent(incarnation) !== null ? undefined : store.operation(sent.op_id)\n',
  },
  {
    name: 'what takes an answer back keeps the ids that were given up',
    file: 'src/model/moved.ts',
    find: "if (operation.type === 'conflict.answer') {",
    replace: "if (operation.type === 'conflict.answer' && from === '') {",
  },
  {
    name: 'what was answered is answered again',
    file: 'src/model/conflict-answers.ts',
    find: '  if (given !== null)\n    return refuse(',
    replace: "  if (given === '')\n    return refuse(",
  },
  {
    name: 'an answer that is taken back at two places makes one id twice',
    file: 'src/model/conflict-answers.ts',
    find: 'withNewIds(undo, newId)',
    replace: 'withNewIds(undo, () => undo[0]!.id)',
  },
  {
    name: 'an answer that waits is forgotten when an older one comes in',
    file: `${sync}/records.ts`,
    find: "if (operation.type !== 'conflict.answer') continue",
    replace: "if (operation.type !== 'conflict.answer' || operation.id !== '') continue",
  },
  {
    name: 'records of a history that is no more are kept',
    file: `${sync}/station/answer.ts`,
    find: 'const stage = { rows: lastImages(page.commits), words, own }',
    replace: 'const stage = { rows: lastImages(page.commits), words: words.slice(1), own }',
  },
  {
    name: 'a file stays without what it belonged to',
    file: 'src/model/decide/nouns.ts',
    find: "{ field: 'unit_id', noun: 'unit', needed: false, on_delete: 'delete', acyclic: false }",
    replace: "{ field: 'unit_id', noun: 'unit', needed: false, on_delete: 'unlink', acyclic: false }",
  },
  {
    name: 'what is missing is left out without a word',
    file: 'src/model/decide/create.ts',
    find: 'if (found === undefined) refuse(d, dangling(',
    replace: 'if (found === undefined && reference.needed) refuse(d, dangling(',
  },
  {
    name: 'what cannot be stored is stored',
    file: `${sync}/headquarters.ts`,
    find: '} = is_storable\n',
    replace: '} = is_storable || true\n',
  },
  {
    name: 'what waits is lost with the old history',
    file: `${sync}/station/stage.ts`,
    find: 'if (committed_seq === undefined) lost.push(entry)',
    replace: 'if (committed_seq === undefined) held.push(entry)',
  },
  {
    name: 'a new incarnation leaves the fold as it was',
    file: `${sync}/acceptance.ts`,
    find: "stage_is === 'take' || unsealed === true",
    replace: "stage_is === 'take' && unsealed !== null",
  },
  {
    name: 'what headquarters was too old for stays undone',
    file: `${sync}/again.ts`,
    find: 'type.length <= TEXT_MAX &&',
    replace: 'type.length > TEXT_MAX &&',
  },
  {
    name: 'what waits to make a row does not keep its id',
    file: `${sync}/again.ts`,
    find: "type.endsWith('.create') && typeof id === 'string'",
    replace: "type === '' && typeof id === 'string'",
  },
  {
    name: 'what waits for a row is never tried again',
    file: `${sync}/again.ts`,
    find: 'for (let next = store.due(); next !== undefined; next = store.due())',
    replace: "for (let next = store.due(); next?.id === ''; next = store.due())",
  },
  {
    name: 'what waits for a row is tried twice',
    file: `${sync}/again.ts`,
    find: 'next = store.due()) once(store, next, tools)',
    replace: 'next = store.due()) [0, 1].forEach(() => once(store, next!, tools))',
  },
  {
    name: 'what waits for a row waits for ever behind the first',
    file: `${sync}/again.ts`,
    find: 'waiting: waitingIn(store.rows, said, waiting, understand),',
    replace: 'waiting: [],',
  },
  {
    name: 'what a person answered is tried again all the same',
    file: 'tests/simulation/central.ts',
    find: "if (conflict.kind === 'answered') answer",
    replace: "if (conflict.kind === 'answered' && second?.again !== undefined) answer",
  },
  {
    name: 'a second try counts as knowing what its chain brought later',
    file: `${sync}/knowledge.ts`,
    find: '?? Infinity) < mark.n',
    replace: '?? Infinity) < Infinity',
  },
  {
    name: 'a second try does all of an operation once more',
    file: `${sync}/again.ts`,
    find: "if (kind === 'unknown_row' || (op.operation.type.endsWith('.create') && !isMade))",
    replace: "if (kind !== 'merged' || (op.operation.type.endsWith('.create') && !isMade))",
  },
]
