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
  inbox_more: 'Aquí están las {shown} más recientes de {count}; las demás vendrán cuando se decidan estas.',
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
  enroll_failed: '{why} No se ha cambiado nada.',
  for_it: 'Para informática: {words}',
  reason_unreachable: 'Nadie responde en esta dirección: no hay red o la dirección está mal.',
  reason_cut_off: 'Algo en el camino corta o cambia lo que dice la central. Avise a informática.',
  reason_portal: 'Llegó una página web en lugar de la central: esta red pide antes iniciar sesión.',
  reason_foreign: 'Quien responde en esta dirección no es la central.',
  reason_gateway: 'En esta dirección responde un proxy, pero la central no está detrás.',
  reason_code_unknown:
    'La central no conoce este código. Mire si está mal escrito o pida uno nuevo a informática.',
  reason_code_spent: 'Este código ya se usó. Pida uno nuevo a informática.',
  reason_code_expired: 'Este código ya no vale. Pida uno nuevo a informática.',
  reason_busy: 'La central pide paciencia. Inténtelo de nuevo en un minuto.',
  reason_defect: 'Lotkeeper tiene un fallo. Su registro dice más.',
  reason_other_address:
    'La configuración de esta estación indica otra dirección de la central. Inscríbala allí o pida a informática que la cambie.',
  reason_no_line: 'Esta estación se abrió sin un camino a la central.',
  reason_last_user_key: 'Es la última clave de una persona: sin ella nadie podría entrar. Cree antes otra.',
  reason_not_answered: 'Aún no se ha decidido: no hay nada que deshacer.',
  reason_tried_again: 'La central lo ha vuelto a intentar por sí misma: no hay respuesta que deshacer.',
  reason_answered_already: 'Ya se ha decidido.',
  reason_no_such_answer: 'Ya no se puede decidir así. Mírelo otra vez.',
  reason_nothing_left: 'Ya no existe aquello de lo que se trata. Déjelo como está.',
  reason_still_used: 'Todavía lo usan unidades. Muévalas o elimínelas antes.',
  reason_cannot_be: 'No puede ser: algo se pertenecería a sí mismo, o los dos no van juntos.',
  reason_link_expired: 'Lo que se ve aquí tiene más de un día. Vuelva a cargar la página.',
  reason_bytes_away:
    'Este archivo está en la central, a la que ahora no se puede llegar. Inténtelo más tarde.',
  reason_bytes_not_sent:
    'Este archivo está todavía en la estación donde se hizo y aún no se ha enviado a la central.',
  reason_bytes_changed:
    'Este archivo cambió en el camino desde la central y no se aceptó. Inténtelo de nuevo.',
  reason_bytes_gone: 'Este archivo ya no está en esta estación.',
  trouble_away: 'No se puede llegar a la central. Siga trabajando: todo se guarda aquí y se enviará solo.',
  trouble_cut_off:
    'La línea con la central se corta, o algo en ella cambia lo que se dice. Se intenta de nuevo sola; si esto dura, avise a informática.',
  trouble_between:
    'Responde otra cosa en lugar de la central: quizá esta red pide iniciar sesión o la dirección es errónea. Avise a informática.',
  trouble_proxy: 'Un proxy en el camino a la central pide nombre y contraseña. Avise a informática.',
  trouble_certificate:
    'No se acepta el certificado de la central. Compruebe la fecha y la hora de este PC y avise a informática.',
  trouble_scheme:
    'La dirección de la central empieza por http:// donde debe ser https://, o al revés. Pida a informática que la corrija.',
  trouble_credential: 'La central no acepta esta estación. Inscríbala con un código nuevo.',
  trouble_version:
    'La central y esta estación tienen versiones distintas de Lotkeeper. No se envía nada hasta que coincidan: avise a informática.',
  trouble_restored:
    'La central se restauró desde una copia de seguridad. Este PC la lee de nuevo y devuelve lo que allí falta; siga trabajando.',
  trouble_clock:
    'El reloj de este PC difiere {age} del de la central. No se pierde nada, pero las horas que se leen son erróneas: ajuste el reloj.',
  trouble_disk: 'El disco de este PC no acepta lo que envía la central. Haga sitio.',
  trouble_busy: 'La central pide paciencia. Se le preguntará de nuevo automáticamente.',
  trouble_defect: 'Lotkeeper tiene un fallo y lo intenta de nuevo solo. Su registro dice más.',
  disk_low:
    'El disco de este PC está casi lleno: quedan {free}. Haga sitio o pronto no se podrá guardar nada más.',
  banner_label: 'Hace falta alguien',
  do_headquarters: 'Ajustes de la central',
  try_now: 'Intentar ahora',
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
