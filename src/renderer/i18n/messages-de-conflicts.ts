import type { ConflictsCatalogue } from './translate.ts'

export const deConflicts: ConflictsCatalogue = {
  conflict_merged: '{noun} {name} wurde auch an {at} angelegt. Beides gilt als eins.',
  conflict_merged_units: {
    one: '{noun} {name} wurde auch an {at} angelegt; {count} Teil kam dazu.',
    other: '{noun} {name} wurde auch an {at} angelegt; {count} Teile kamen dazu.',
  },
  conflict_merge_field:
    '{noun} {name} wurde zweimal angelegt. {field}: hier {wanted}, an {at} {kept}. Es gilt {kept}.',
  conflict_name_clash: '{noun} {wanted} gibt es zweimal. Was diese Station angelegt hat, heißt jetzt {kept}.',
  conflict_rename_rename:
    '{noun} {name} sollte hier {wanted} heißen; jemand anderes hatte schon den Namen {kept} vergeben.',
  conflict_rename_blocked: '{noun} {kept} sollte {wanted} heißen, aber das ist vergeben.',
  conflict_field_field:
    '{noun} {name}, {field}: hier sollte {wanted} stehen; jemand anderes hatte {kept} gesetzt.',
  conflict_delete_stale:
    '{noun} {name} wurde hier gelöscht, aber jemand hatte etwas daran geändert: Es wurde behalten.',
  conflict_delete_partial:
    '{noun} {name} wurde hier gelöscht, aber jemand hatte {other} hineingelegt: Es wurde behalten.',
  conflict_delete_nonempty:
    '{noun} {name} wurde hier gelöscht, aber {other} verwendet es: Es wurde behalten.',
  conflict_revive: '{noun} {name} war anderswo gelöscht und kam zurück, weil hier damit gearbeitet wurde.',
  conflict_revive_merge:
    '{noun} {name} war anderswo gelöscht und die Nummer neu vergeben: Was hier geschah, ging an das Neue.',
  conflict_dangling_ref: '{noun} {name} wurde ohne Angabe angelegt ({field}), die es nicht mehr gibt.',
  conflict_dangling_later:
    '{noun} {name} wartet auf eine Angabe ({field}), die die Zentrale noch nicht kennt.',
  conflict_unknown_row: 'Die Zentrale kennt {noun} {name} noch nicht: Eine Änderung daran wartet so lange.',
  conflict_newer: 'Die Zentrale kennt {wanted} nicht: Sie braucht eine neuere Version.',
  conflict_newer_later:
    'Die Zentrale kennt {wanted} noch nicht: Es wird getan, sobald sie eine neuere Version hat.',
  conflict_gone: '{noun} {name} ist gelöscht: Eine Änderung daran unterblieb.',
  conflict_cycle:
    '{noun} {name} kann nicht unter {other} stehen, das selbst darunter steht: Beide blieben getrennt.',
  conflict_not_a_child: '{noun} {name} stand nicht mehr unter {other}: Nichts wurde geändert.',
  conflict_id_collision:
    '{noun} {wanted} konnte nicht angelegt werden: Zwei Computer bekamen dieselbe Kennung. Bitte noch einmal anlegen.',
  conflict_nothing: 'nichts',
  conflict_elsewhere: 'einer anderen Station',
  conflict_something: 'etwas',

  answer_ok: 'In Ordnung',
  answer_do_not_wait: 'Nicht warten',
  answer_same: 'Es ist dasselbe',
  answer_different: 'Es sind zwei',
  answer_merge: 'Teile in {wanted} legen',
  answer_keep_both: 'Beide behalten',
  answer_keep_it: 'Behalten',
  answer_leave: '{kept} lassen',
  answer_use: '{wanted} nehmen',
  answer_delete: 'Löschen',

  field_number: 'Nummer',
  field_serial_number: 'Seriennummer',
  field_name: 'Name',
  field_batch: 'Charge',
  field_revision: 'Revision',
  field_parent: 'Übergeordnetes',
  field_unit: 'Teil',
  field_sample: 'Muster',
  field_image: 'Bild',
  field_team: 'Team',
  field_part: 'Artikel',
  field_procedure: 'Prüfverfahren',
  field_version: 'Fassung',
  field_station: 'Station',
  field_tag: 'Kennzeichen',
  field_id: 'Kennung',
  field_run: 'Prüflauf',
  field_metadata: 'Zusatzangabe {key}',
  noun_attachment: 'Anhang',
  noun_procedure: 'Prüfverfahren',
  noun_version: 'Fassung',
  noun_run: 'Prüflauf',
  noun_link: 'Zuordnung',
}
