import type { HeadquartersCatalogue } from './translate.ts'

export const esHeadquarters: HeadquartersCatalogue = {
  inbox_waiting: { one: '{count} decisión pendiente', other: '{count} decisiones pendientes' },
  said_decided: 'Decidido: {answer}',
  chip_none: 'Guardado en este PC',
  chip_none_detail: 'No hay ninguna central configurada',
  chip_in_sync: 'Al día {time}',
  chip_offline: {
    one: 'Sin conexión – {count} cambio solo en este PC, desde hace {age}',
    other: 'Sin conexión – {count} cambios solo en este PC, el más antiguo {age}',
  },
  chip_offline_clean: 'Sin conexión – nada pendiente',
  chip_behind: 'Poniéndose al día {share}',
  chip_refused: 'La central rechaza esta estación',
  chip_attention: 'Requiere atención ({count})',
  chip_down: 'La estación no responde',
  inbox_title: 'Pendiente',
  inbox_none: 'Nada que decidir.',
  inbox_no_headquarters:
    'No hay ninguna central configurada, así que nadie puede contradecir a este PC. Cuando la haya, aquí estará lo que una persona deba decidir.',
  settings_headquarters: 'Central',
  settings_no_headquarters:
    'No hay ninguna central configurada. Todo se guarda en este PC y no se envía nada a ningún sitio.',
  settings_agreed: 'Última vez al día con la central {when}.',
  settings_waiting: {
    one: '{count} cambio está guardado para ella.',
    other: '{count} cambios están guardados para ella.',
  },
  headquarters_at: 'La central está en {url}.',
  enroll_address: 'Dirección de la central',
  enroll_code: 'Código',
  enroll_hint: 'Informática crea el código en la central. Sirve una sola vez.',
  enroll_do: 'Inscribir esta estación',
  enroll_again: 'Inscribir con un código nuevo',
  enroll_by_settings: 'Esta dirección está en la configuración de la estación.',
  enroll_done: 'Esta estación está inscrita en {url}.',
  enroll_failed: '{why}. No se ha cambiado nada.',
  trouble_away: 'No se puede llegar a la central. Siga trabajando: todo se guarda aquí y se enviará solo.',
  trouble_between:
    'Responde otra cosa en lugar de la central: quizá esta red pide iniciar sesión o la dirección es errónea. Avise a informática.',
  trouble_proxy: 'Un proxy en el camino a la central pide nombre y contraseña. Avise a informática.',
  trouble_certificate:
    'No se acepta el certificado de la central. Compruebe la fecha y la hora de este PC y avise a informática.',
  trouble_credential: 'La central no acepta esta estación. Inscríbala con un código nuevo.',
  trouble_version:
    'La central y esta estación tienen versiones distintas de Lotkeeper. No se envía nada hasta que coincidan: avise a informática.',
  trouble_clock:
    'El reloj de este PC difiere {age} del de la central. No se pierde nada, pero las horas que se leen son erróneas: ajuste el reloj.',
  trouble_disk: 'El disco de este PC no acepta lo que envía la central. Haga sitio.',
  trouble_busy: 'La central pide paciencia. Se le preguntará de nuevo automáticamente.',
  trouble_defect: 'Lotkeeper tiene un fallo y lo intenta de nuevo solo. Su registro dice más.',
  disk_low:
    'El disco de este PC está casi lleno: quedan {free}. Haga sitio o pronto no se podrá guardar nada más.',
  banner_label: 'Hace falta alguien',
  do_headquarters: 'Ajustes de la central',
  waiting_show: 'Ver lo pendiente',
  waiting_title: 'Pendiente para la central',
  waiting_none: 'No hay nada pendiente.',
  waiting_text: {
    one: '{count} cambio está solo en este PC.',
    other:
      '{count} cambios están solo en este PC. Aquí están los más antiguos; un archivo los contiene todos.',
  },
  waiting_save: 'Guardar todo',
  waiting_saved: {
    one: '{count} cambio está en el archivo {file}',
    other: '{count} cambios están en el archivo {file}',
  },
  waiting_list: 'Cambios, primero el más antiguo',
  waiting_when: 'Cuándo',
  waiting_what: 'Qué',
  waiting_by: 'Por',
  deed_create: 'creación',
  deed_change: 'cambio',
  deed_move: 'traslado',
  deed_remove: 'borrado',
  noun_batch: 'Lote',
  noun_unit: 'Unidad',
  noun_station: 'Estación',
  joined_from: '{number} también se creó en {station}, {when} por {who}, y es uno con este lote.',
}
