import type { HeadquartersCatalogue } from './translate.ts'

export const deHeadquarters: HeadquartersCatalogue = {
  inbox_waiting: { one: '{count} Entscheidung steht an', other: '{count} Entscheidungen stehen an' },
  said_decided: 'Entschieden: {answer}',
  chip_none: 'Liegt auf diesem PC',
  chip_none_detail: 'Keine Zentrale eingerichtet',
  chip_in_sync: 'Abgeglichen {time}',
  chip_offline: {
    one: 'Offline – {count} Änderung nur auf diesem PC, älteste {age}',
    other: 'Offline – {count} Änderungen nur auf diesem PC, älteste {age}',
  },
  chip_offline_clean: 'Offline – nichts wartet',
  chip_behind: 'Holt auf {share}',
  chip_refused: 'Die Zentrale weist diese Station ab',
  chip_attention: 'Braucht Sie ({count})',
  chip_down: 'Die Station antwortet nicht',
  inbox_title: 'Eingang',
  inbox_none: 'Nichts zu entscheiden.',
  inbox_no_headquarters:
    'Keine Zentrale ist eingerichtet, also kann niemand diesem PC widersprechen. Sobald es eine gibt, steht hier, was ein Mensch entscheiden muss.',
  settings_headquarters: 'Zentrale',
  settings_no_headquarters:
    'Keine Zentrale ist eingerichtet. Alles liegt auf diesem PC, nichts wird irgendwohin gesendet.',
  settings_agreed: 'Zuletzt mit der Zentrale abgeglichen {when}.',
  settings_waiting: {
    one: '{count} Änderung liegt für sie bereit.',
    other: '{count} Änderungen liegen für sie bereit.',
  },
  headquarters_at: 'Die Zentrale ist unter {url}.',
  enroll_address: 'Adresse der Zentrale',
  enroll_code: 'Code',
  enroll_hint: 'Die Werks-IT erzeugt den Code in der Zentrale. Er gilt einmal.',
  enroll_do: 'Station anmelden',
  enroll_again: 'Mit neuem Code anmelden',
  enroll_by_settings: 'Diese Adresse steht in den Einstellungen der Station.',
  enroll_done: 'Diese Station ist bei {url} angemeldet.',
  enroll_failed: '{why}. Nichts wurde geändert.',
  trouble_away:
    'Die Zentrale ist nicht erreichbar. Arbeiten Sie weiter: Alles bleibt hier und geht von selbst dorthin.',
  trouble_between:
    'Etwas anderes antwortet anstelle der Zentrale: Vielleicht verlangt dieses Netz eine Anmeldung, oder die Adresse ist falsch. Bitte der Werks-IT melden.',
  trouble_proxy: 'Ein Proxy auf dem Weg zur Zentrale verlangt Name und Kennwort. Bitte der Werks-IT melden.',
  trouble_certificate:
    'Das Zertifikat der Zentrale wird nicht angenommen. Prüfen Sie Datum und Uhrzeit dieses PCs, dann der Werks-IT melden.',
  trouble_credential: 'Die Zentrale nimmt diese Station nicht an. Melden Sie sie mit einem neuen Code an.',
  trouble_version:
    'Zentrale und Station haben verschiedene Versionen von Lotkeeper. Bis sie gleich sind, geht nichts dorthin: bitte der Werks-IT melden.',
  trouble_clock:
    'Die Uhr dieses PCs geht um {age} anders als die der Zentrale. Nichts geht verloren, aber angezeigte Zeiten sind falsch: bitte die Uhr stellen.',
  trouble_disk: 'Die Platte dieses PCs nimmt nicht an, was die Zentrale schickt. Schaffen Sie Platz.',
  trouble_busy: 'Die Zentrale bittet um Geduld. Sie wird von selbst wieder gefragt.',
  trouble_defect: 'Lotkeeper hat einen Fehler und versucht es von selbst wieder. Mehr steht im Protokoll.',
  disk_low:
    'Die Platte dieses PCs ist fast voll: noch {free}. Schaffen Sie Platz, sonst kann bald nichts mehr gespeichert werden.',
  banner_label: 'Braucht jemanden',
  do_headquarters: 'Einstellungen der Zentrale',
  waiting_show: 'Wartendes zeigen',
  waiting_title: 'Wartet auf die Zentrale',
  waiting_none: 'Nichts wartet.',
  waiting_text: {
    one: '{count} Änderung ist nur auf diesem PC.',
    other: '{count} Änderungen sind nur auf diesem PC. Die ältesten stehen hier; eine Datei fasst alle.',
  },
  waiting_save: 'Alles in eine Datei',
  waiting_saved: {
    one: '{count} Änderung ist in der Datei {file}',
    other: '{count} Änderungen sind in der Datei {file}',
  },
  waiting_list: 'Änderungen, die älteste zuerst',
  waiting_when: 'Wann',
  waiting_what: 'Was',
  waiting_by: 'Von',
  deed_create: 'angelegt',
  deed_change: 'geändert',
  deed_move: 'umgebucht',
  deed_remove: 'gelöscht',
  noun_batch: 'Charge',
  noun_unit: 'Teil',
  noun_station: 'Station',
  joined_from: '{number} wurde auch an {station} angelegt, {when} von {who}, und ist mit dieser Charge eins.',
}
