import type { HeadquartersCatalogue } from './translate.ts'

export const frHeadquarters: HeadquartersCatalogue = {
  inbox_waiting: { one: '{count} décision attend', other: '{count} décisions attendent' },
  said_decided: 'Décidé : {answer}',
  chip_none: 'Gardé sur ce PC',
  chip_none_detail: 'Aucun siège n’est configuré',
  chip_in_sync: 'À jour {time}',
  chip_offline: {
    one: 'Hors ligne – {count} modification sur ce PC seulement, depuis {age}',
    other: 'Hors ligne – {count} modifications sur ce PC seulement, la plus ancienne {age}',
  },
  chip_offline_clean: 'Hors ligne – rien n’attend',
  chip_behind: 'Rattrapage {share}',
  chip_refused: 'Le siège refuse cette station',
  chip_attention: 'Attention requise ({count})',
  chip_down: 'La station ne répond pas',
  inbox_title: 'À décider',
  inbox_more:
    'Les {shown} plus récentes sur {count} sont ici ; les autres viendront quand celles-ci seront décidées.',
  inbox_none: 'Rien à décider.',
  inbox_no_headquarters:
    'Aucun siège n’est configuré : personne ne peut contredire ce PC. Dès qu’il y en aura un, ce qu’une personne doit décider sera listé ici.',
  settings_headquarters: 'Siège',
  settings_no_headquarters:
    'Aucun siège n’est configuré. Tout est gardé sur ce PC et rien n’est envoyé ailleurs.',
  settings_agreed: 'Dernier accord avec le siège {when}.',
  settings_waiting: {
    one: '{count} modification est gardée pour lui.',
    other: '{count} modifications sont gardées pour lui.',
  },
  headquarters_at: 'Le siège est à l’adresse {url}.',
  enroll_address: 'Adresse du siège',
  enroll_code: 'Code d’inscription',
  enroll_hint: 'L’informatique de l’usine crée le code au siège. Il sert une seule fois.',
  enroll_do: 'Inscrire cette station',
  enroll_again: 'Inscrire avec un nouveau code',
  enroll_by_settings: 'Cette adresse figure dans la configuration de la station.',
  enroll_done: 'Cette station est inscrite à {url}.',
  enroll_failed: '{why} Rien n’a été modifié.',
  for_it: 'Pour l’informatique : {words}',
  reason_unreachable: 'Personne ne répond à cette adresse : il n’y a pas de réseau ou l’adresse est fausse.',
  reason_cut_off: 'Quelque chose en chemin coupe ou modifie ce que dit le siège. Prévenez l’informatique.',
  reason_portal: 'Une page web est venue à la place du siège : ce réseau demande d’abord une connexion.',
  reason_foreign: 'Ce qui répond à cette adresse n’est pas le siège.',
  reason_gateway: 'Un proxy répond à cette adresse, mais le siège n’est pas là derrière.',
  reason_code_unknown:
    'Le siège ne connaît pas ce code. Vérifiez la saisie ou demandez-en un nouveau à l’informatique.',
  reason_code_spent: 'Ce code a déjà servi. Demandez-en un nouveau à l’informatique.',
  reason_code_expired: 'Ce code n’est plus valable. Demandez-en un nouveau à l’informatique.',
  reason_busy: 'Le siège demande de la patience. Réessayez dans une minute.',
  reason_defect: 'Lotkeeper a un défaut. Son journal en dit plus.',
  reason_other_address:
    'La configuration de cette station indique une autre adresse du siège. Inscrivez-la là-bas ou faites modifier la configuration par l’informatique.',
  reason_no_line: 'Cette station a été ouverte sans chemin vers le siège.',
  reason_last_user_key:
    'C’est la dernière clé d’une personne : sans elle, personne ne pourrait se connecter. Créez-en d’abord une autre.',
  reason_not_answered: 'Ce n’est pas encore décidé : il n’y a rien à annuler.',
  reason_tried_again: 'Le siège a réessayé de lui-même : il n’y a pas de réponse à annuler.',
  reason_answered_already: 'C’est déjà décidé.',
  reason_no_such_answer: 'Cela ne peut plus être décidé ainsi. Regardez encore une fois.',
  reason_nothing_left: 'Ce dont il s’agit n’existe plus. Laissez tel quel.',
  reason_still_used: 'Des unités l’utilisent encore. Déplacez-les ou supprimez-les d’abord.',
  reason_cannot_be:
    'Cela ne se peut pas : l’appartenance tournerait en rond, ou les deux ne vont pas ensemble.',
  reason_link_expired: 'Ce qui est affiché date de plus d’un jour. Rechargez la page.',
  reason_bytes_away: 'Ce fichier est au siège, qui est injoignable en ce moment. Réessayez plus tard.',
  reason_bytes_not_sent:
    'Ce fichier est encore à la station où il a été créé et n’a pas encore été envoyé au siège.',
  reason_bytes_changed: 'Ce fichier a été modifié en venant du siège et n’a pas été accepté. Réessayez.',
  reason_bytes_gone: 'Ce fichier n’est plus sur cette station.',
  trouble_away: 'Le siège est injoignable. Continuez : tout est gardé ici et partira tout seul.',
  trouble_cut_off:
    'La liaison avec le siège se coupe, ou quelque chose y modifie ce qui est dit. Un nouvel essai a lieu tout seul ; si cela dure, prévenez l’informatique.',
  trouble_between:
    'Autre chose répond à la place du siège : ce réseau demande peut-être une connexion, ou l’adresse est fausse. Prévenez l’informatique.',
  trouble_proxy:
    'Un proxy sur le chemin du siège demande un nom et un mot de passe. Prévenez l’informatique.',
  trouble_certificate:
    'Le certificat du siège n’est pas accepté. Vérifiez la date et l’heure de ce PC, puis prévenez l’informatique.',
  trouble_scheme:
    'L’adresse du siège commence par http:// au lieu de https://, ou l’inverse. Faites-la corriger par l’informatique.',
  trouble_credential: 'Le siège n’accepte pas cette station. Inscrivez-la avec un nouveau code.',
  trouble_version:
    'Le siège et cette station ont des versions différentes de Lotkeeper. Rien ne part tant qu’elles diffèrent : prévenez l’informatique.',
  trouble_restored:
    'Le siège a été restauré depuis une sauvegarde. Ce PC le relit et rend ce qui y manque ; continuez à travailler.',
  trouble_clock:
    'L’horloge de ce PC diffère de {age} de celle du siège. Rien n’est perdu, mais les heures affichées sont fausses : réglez l’horloge.',
  trouble_disk: 'Le disque de ce PC n’accepte pas ce que le siège envoie. Faites de la place.',
  trouble_busy: 'Le siège demande de la patience. Il sera interrogé de nouveau tout seul.',
  trouble_defect: 'Lotkeeper a un défaut et réessaie tout seul. Son journal en dit plus.',
  disk_low:
    'Le disque de ce PC est presque plein : il reste {free}. Faites de la place, sinon plus rien ne pourra être gardé.',
  banner_label: 'Demande quelqu’un',
  do_headquarters: 'Réglages du siège',
  try_now: 'Essayer maintenant',
  waiting_show: 'Voir ce qui attend',
  waiting_title: 'En attente du siège',
  waiting_none: 'Rien n’attend.',
  waiting_text: {
    one: '{count} modification n’est que sur ce PC.',
    other:
      '{count} modifications ne sont que sur ce PC. Les plus anciennes sont ici ; un fichier les contient toutes.',
  },
  waiting_save: 'Tout enregistrer',
  waiting_saved: {
    one: '{count} modification est dans le fichier {file}',
    other: '{count} modifications sont dans le fichier {file}',
  },
  waiting_list: 'Modifications, la plus ancienne d’abord',
  waiting_when: 'Quand',
  waiting_what: 'Quoi',
  waiting_by: 'Par',
  deed_create: 'création',
  deed_change: 'modification',
  deed_move: 'déplacement',
  deed_remove: 'suppression',
  noun_batch: 'Lot',
  noun_unit: 'Unité',
  noun_station: 'Station',
  joined_from: '{number} a aussi été créé sur {station}, {when} par {who}, et ne fait qu’un avec ce lot.',
}
