import type { ConflictsCatalogue } from './translate.ts'

export const frConflicts: ConflictsCatalogue = {
  conflict_merged: '{noun} {name} : création aussi à {at}. Les deux comptent pour une seule chose.',
  conflict_merged_units: {
    one: '{noun} {name} : création aussi à {at} ; {count} unité ajoutée.',
    other: '{noun} {name} : création aussi à {at} ; {count} unités ajoutées.',
  },
  conflict_merge_field:
    '{noun} {name} : deux créations différentes ; {field} : ici {wanted}, à {at} {kept}. {kept} est retenu.',
  conflict_name_clash:
    '{noun} {wanted} existe deux fois. Ce qui vient de cette station s’appelle maintenant {kept}.',
  conflict_rename_rename: '{noun} {name} devait s’appeler {wanted} ici ; quelqu’un avait déjà choisi {kept}.',
  conflict_rename_blocked: '{noun} {kept} devait s’appeler {wanted}, mais ce nom est pris.',
  conflict_field_field: '{noun} {name}, {field} : {wanted} était voulu ici ; quelqu’un avait mis {kept}.',
  conflict_delete_stale:
    '{noun} {name} : suppression demandée ici, mais quelqu’un l’avait modifié. Rien n’a été supprimé.',
  conflict_delete_partial:
    '{noun} {name} : suppression demandée ici, mais quelqu’un y avait mis {other}. Rien n’a été supprimé.',
  conflict_delete_nonempty:
    '{noun} {name} : suppression demandée ici, mais {other} s’en sert. Rien n’a été supprimé.',
  conflict_revive: '{noun} {name} : suppression ailleurs, puis retour parce qu’on s’en est servi ici.',
  conflict_revive_merge:
    '{noun} {name} : suppression ailleurs et numéro réutilisé. Ce qui a été fait ici est allé au nouveau.',
  conflict_dangling_ref: '{noun} {name} : création sans {field}, qui n’existe plus.',
  conflict_dangling_later: '{noun} {name} attend {field}, que le siège ne connaît pas encore.',
  conflict_unknown_row: 'Le siège ne connaît pas encore {noun} {name} : une modification attend jusque-là.',
  conflict_newer: 'Le siège ne connaît pas {wanted} : il lui faut une version plus récente.',
  conflict_newer_later:
    'Le siège ne connaît pas encore {wanted} : ce sera fait dès qu’il aura une version plus récente.',
  conflict_gone: '{noun} {name} n’existe plus : une modification n’a pas été faite.',
  conflict_cycle:
    '{noun} {name} ne peut pas être sous {other}, qui est lui-même dessous. Les deux restent séparés.',
  conflict_not_a_child: '{noun} {name} n’était plus sous {other} : rien n’a été modifié.',
  conflict_id_collision:
    '{noun} {wanted} : création impossible, deux ordinateurs ont reçu la même identité. Recommencez.',
  conflict_nothing: 'rien',
  conflict_elsewhere: 'une autre station',
  conflict_something: 'quelque chose',

  answer_ok: 'Compris',
  answer_do_not_wait: 'Ne pas attendre',
  answer_same: 'C’est la même chose',
  answer_different: 'Il y en a deux',
  answer_merge: 'Mettre ses unités dans {wanted}',
  answer_keep_both: 'Garder les deux',
  answer_keep_it: 'Garder',
  answer_leave: 'Laisser {kept}',
  answer_use: 'Prendre {wanted}',
  answer_delete: 'Supprimer',

  field_number: 'numéro',
  field_serial_number: 'numéro de série',
  field_name: 'nom',
  field_batch: 'lot',
  field_revision: 'révision',
  field_parent: 'parent',
  field_unit: 'unité',
  field_sample: 'échantillon',
  field_image: 'image',
  field_team: 'équipe',
  field_part: 'article',
  field_procedure: 'procédure',
  field_version: 'version',
  field_station: 'station',
  field_tag: 'étiquette',
  field_id: 'identifiant',
  field_run: 'test',
  field_metadata: 'donnée {key}',
  noun_attachment: 'Pièce jointe',
  noun_procedure: 'Procédure',
  noun_version: 'Version de procédure',
  noun_run: 'Test',
  noun_link: 'Affectation',
}
