/** English: what the inbox says of a conflict. The station's own sentences (model/conflict-words.ts) are for scripts. */
export const enConflicts = {
  conflict_merged: '{noun} {name} was also made at {at}. The two are taken for one.',
  conflict_merged_units: {
    one: '{noun} {name} was also made at {at}; {count} unit joined.',
    other: '{noun} {name} was also made at {at}; {count} units joined.',
  },
  conflict_merge_field:
    '{noun} {name} was made twice, with another {field}: here {wanted}, at {at} {kept}. {kept} stands.',
  conflict_name_clash: '{noun} {wanted} exists twice. The one of this station is now {kept}.',
  conflict_rename_rename:
    '{noun} {name} was to be called {wanted} here; somebody else had already called it {kept}.',
  conflict_rename_blocked: '{noun} {kept} was to be called {wanted}, but that is taken.',
  conflict_field_field: '{noun} {name}, {field}: it was to be {wanted} here; somebody else had set {kept}.',
  conflict_delete_stale: '{noun} {name} was deleted here, but somebody had changed it: it was kept.',
  conflict_delete_partial:
    '{noun} {name} was deleted here, but somebody had put {other} into it: it was kept.',
  conflict_delete_nonempty: '{noun} {name} was deleted here, but {other} uses it: it was kept.',
  conflict_revive: '{noun} {name} had been deleted elsewhere; it came back because it was used here.',
  conflict_revive_merge:
    '{noun} {name} had been deleted elsewhere and its number used again: what was done here went to the new one.',
  conflict_dangling_ref: '{noun} {name} was made without its {field}, which no longer exists.',
  conflict_unknown_row: 'Headquarters does not know {noun} {name}: a change of it was not done.',
  conflict_newer: 'Headquarters does not know {wanted}: it needs a newer version.',
  conflict_gone: '{noun} {name} is deleted: a change of it was not done.',
  conflict_cycle: '{noun} {name} cannot be under {other}, which is itself under it: they were left apart.',
  conflict_not_a_child: '{noun} {name} was no longer under {other}: nothing was changed.',
  conflict_id_collision:
    '{noun} {wanted} could not be made: two computers were given the same identity. Make it again.',
  conflict_nothing: 'nothing',
  conflict_elsewhere: 'another station',
  conflict_something: 'something',

  answer_ok: 'OK',
  answer_same: 'It is the same',
  answer_different: 'They are two',
  answer_merge: 'Put its units into {wanted}',
  answer_keep_both: 'Keep both',
  answer_keep_it: 'Keep it',
  answer_leave: 'Leave {kept}',
  answer_use: 'Use {wanted}',
  answer_delete: 'Delete it',

  field_number: 'number',
  field_serial_number: 'serial number',
  field_name: 'name',
  field_batch: 'batch',
  field_revision: 'revision',
  field_parent: 'parent',
  field_unit: 'unit',
  field_sample: 'sample',
  field_image: 'image',
  field_team: 'team',
  field_metadata: 'metadata {key}',
  noun_attachment: 'Attachment',
} as const
