import type { ConflictsCatalogue } from './translate.ts'

export const esConflicts: ConflictsCatalogue = {
  conflict_merged: '{noun} {name} también se creó en {at}. Los dos cuentan como uno.',
  conflict_merged_units: {
    one: '{noun} {name} también se creó en {at}; se unió {count} unidad.',
    other: '{noun} {name} también se creó en {at}; se unieron {count} unidades.',
  },
  conflict_merge_field:
    '{noun} {name} se creó dos veces. {field}: aquí {wanted}, en {at} {kept}. Vale {kept}.',
  conflict_name_clash: '{noun} {wanted} existe dos veces. Lo de esta estación se llama ahora {kept}.',
  conflict_rename_rename: '{noun} {name} debía llamarse {wanted} aquí; otra persona ya había puesto {kept}.',
  conflict_rename_blocked: '{noun} {kept} debía llamarse {wanted}, pero ese nombre está ocupado.',
  conflict_field_field: '{noun} {name}, {field}: aquí debía ser {wanted}; otra persona había puesto {kept}.',
  conflict_delete_stale: '{noun} {name} se borró aquí, pero alguien lo había cambiado: se conservó.',
  conflict_delete_partial:
    '{noun} {name} se borró aquí, pero alguien había puesto dentro {other}: se conservó.',
  conflict_delete_nonempty: '{noun} {name} se borró aquí, pero {other} lo usa: se conservó.',
  conflict_revive: '{noun} {name} se había borrado en otro sitio y volvió porque aquí se usó.',
  conflict_revive_merge:
    '{noun} {name} se había borrado en otro sitio y su número se usó de nuevo: lo hecho aquí pasó a lo nuevo.',
  conflict_dangling_ref: '{noun} {name} se creó sin {field}, que ya no existe.',
  conflict_unknown_row: 'La central no conoce {noun} {name}: no se hizo un cambio.',
  conflict_newer: 'La central no conoce {wanted}: necesita una versión más reciente.',
  conflict_gone: '{noun} {name} está borrado: no se hizo un cambio.',
  conflict_cycle: '{noun} {name} no puede estar bajo {other}, que está a su vez debajo: quedaron separados.',
  conflict_not_a_child: '{noun} {name} ya no estaba bajo {other}: no se cambió nada.',
  conflict_id_collision:
    '{noun} {wanted} no se pudo crear: dos ordenadores recibieron la misma identidad. Créelo otra vez.',
  conflict_nothing: 'nada',
  conflict_elsewhere: 'otra estación',
  conflict_something: 'algo',

  answer_ok: 'De acuerdo',
  answer_same: 'Es lo mismo',
  answer_different: 'Son dos',
  answer_merge: 'Poner sus unidades en {wanted}',
  answer_keep_both: 'Conservar los dos',
  answer_keep_it: 'Conservar',
  answer_leave: 'Dejar {kept}',
  answer_use: 'Usar {wanted}',
  answer_delete: 'Borrar',

  field_number: 'número',
  field_serial_number: 'número de serie',
  field_name: 'nombre',
  field_batch: 'lote',
  field_revision: 'revisión',
  field_parent: 'superior',
  field_unit: 'unidad',
  field_sample: 'muestra',
  field_image: 'imagen',
  field_team: 'equipo',
  field_metadata: 'dato {key}',
  noun_attachment: 'Adjunto',
}
