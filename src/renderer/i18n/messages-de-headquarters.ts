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
  inbox_more:
    'Die neuesten {shown} von {count} stehen hier; die anderen kommen, sobald diese entschieden sind.',
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
  enroll_failed: '{why} Nichts wurde geändert.',
  for_it: 'Für die Werks-IT: {words}',
  reason_unreachable:
    'Unter dieser Adresse antwortet niemand: Es gibt kein Netz, oder die Adresse ist falsch.',
  reason_cut_off:
    'Etwas unterwegs schneidet ab oder ändert, was die Zentrale sagt. Bitte der Werks-IT melden.',
  reason_portal: 'Statt der Zentrale kam eine Webseite: Dieses Netz verlangt zuerst eine Anmeldung.',
  reason_foreign: 'Wer unter dieser Adresse antwortet, ist nicht die Zentrale.',
  reason_gateway: 'Unter dieser Adresse antwortet ein Proxy, aber die Zentrale dahinter ist nicht da.',
  reason_code_unknown:
    'Die Zentrale kennt diesen Code nicht. Prüfen Sie, ob er vertippt ist, oder erbitten Sie einen neuen bei der Werks-IT.',
  reason_code_spent: 'Dieser Code wurde schon verwendet. Erbitten Sie einen neuen bei der Werks-IT.',
  reason_code_expired: 'Dieser Code ist abgelaufen. Erbitten Sie einen neuen bei der Werks-IT.',
  reason_busy: 'Die Zentrale bittet um Geduld. Versuchen Sie es in einer Minute wieder.',
  reason_defect: 'Lotkeeper hat einen Fehler. Mehr steht im Protokoll.',
  reason_other_address:
    'In den Einstellungen dieser Station steht eine andere Adresse der Zentrale. Melden Sie sie dort an, oder lassen Sie die Werks-IT das ändern.',
  reason_no_line: 'Diese Station wurde ohne Weg zur Zentrale gestartet.',
  reason_last_user_key:
    'Das ist der letzte Schlüssel einer Person: Ohne ihn könnte sich niemand anmelden. Erzeugen Sie zuerst einen anderen.',
  reason_not_answered: 'Das ist noch nicht entschieden: Es gibt nichts zurückzunehmen.',
  reason_tried_again:
    'Die Zentrale hat das von selbst noch einmal versucht: Es gibt keine Antwort zurückzunehmen.',
  reason_answered_already: 'Das ist schon entschieden.',
  reason_no_such_answer: 'So kann das nicht mehr entschieden werden. Sehen Sie es sich noch einmal an.',
  reason_nothing_left: 'Worum es geht, gibt es nicht mehr. Lassen Sie es, wie es ist.',
  reason_still_used: 'Es wird noch von Teilen verwendet. Verschieben oder löschen Sie diese zuerst.',
  reason_cannot_be:
    'Das kann nicht sein: Etwas gehörte im Kreis zu sich selbst, oder die beiden gehören nicht zusammen.',
  reason_link_expired: 'Was hier steht, ist älter als ein Tag. Laden Sie die Seite neu.',
  reason_bytes_away:
    'Diese Datei liegt in der Zentrale, die gerade nicht erreichbar ist. Versuchen Sie es später wieder.',
  reason_bytes_not_sent:
    'Diese Datei liegt noch an der Station, an der sie entstand, und ist noch nicht in der Zentrale.',
  reason_bytes_changed:
    'Diese Datei wurde auf dem Weg von der Zentrale verändert und nicht angenommen. Versuchen Sie es wieder.',
  reason_bytes_gone: 'Diese Datei ist nicht mehr auf dieser Station.',
  trouble_away:
    'Die Zentrale ist nicht erreichbar. Arbeiten Sie weiter: Alles bleibt hier und geht von selbst dorthin.',
  trouble_cut_off:
    'Die Leitung zur Zentrale reißt ab, oder etwas darauf ändert, was gesagt wird. Es wird von selbst wieder versucht; hält das an, bitte der Werks-IT melden.',
  trouble_between:
    'Etwas anderes antwortet anstelle der Zentrale: Vielleicht verlangt dieses Netz eine Anmeldung, oder die Adresse ist falsch. Bitte der Werks-IT melden.',
  trouble_proxy: 'Ein Proxy auf dem Weg zur Zentrale verlangt Name und Kennwort. Bitte der Werks-IT melden.',
  trouble_certificate:
    'Das Zertifikat der Zentrale wird nicht angenommen. Prüfen Sie Datum und Uhrzeit dieses PCs, dann der Werks-IT melden.',
  trouble_scheme:
    'Die Adresse der Zentrale beginnt mit http://, wo es https:// sein muss, oder umgekehrt. Lassen Sie sie von der Werks-IT berichtigen.',
  trouble_credential: 'Die Zentrale nimmt diese Station nicht an. Melden Sie sie mit einem neuen Code an.',
  trouble_version:
    'Zentrale und Station haben verschiedene Versionen von Lotkeeper. Bis sie gleich sind, geht nichts dorthin: bitte der Werks-IT melden.',
  trouble_restored:
    'Die Zentrale wurde aus einer Sicherung wiederhergestellt. Dieser PC liest sie neu und gibt zurück, was dort fehlt; arbeiten Sie weiter.',
  trouble_clock:
    'Die Uhr dieses PCs geht um {age} anders als die der Zentrale. Nichts geht verloren, aber angezeigte Zeiten sind falsch: bitte die Uhr stellen.',
  trouble_disk: 'Die Platte dieses PCs nimmt nicht an, was die Zentrale schickt. Schaffen Sie Platz.',
  trouble_busy: 'Die Zentrale bittet um Geduld. Sie wird von selbst wieder gefragt.',
  trouble_defect: 'Lotkeeper hat einen Fehler und versucht es von selbst wieder. Mehr steht im Protokoll.',
  disk_low:
    'Die Platte dieses PCs ist fast voll: noch {free}. Schaffen Sie Platz, sonst kann bald nichts mehr gespeichert werden.',
  banner_label: 'Braucht jemanden',
  do_headquarters: 'Einstellungen der Zentrale',
  try_now: 'Jetzt versuchen',
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
