/**
 * Why something did not go as asked, in one word for programs: the operator's page has a sentence for each in each of its languages. The sets are
 * closed, so that a word without a sentence does not compile. Answers of the contract carry none of them, only those under `/station/…` and of the links to download files.
 */

/** What stands between a station and headquarters: the `cause` of `GET /station/sync` (docs/station-api.md). */
export const causes = [
  'unreachable',
  'silent',
  'cut_off',
  'bad_message',
  'captive_portal',
  'foreign',
  'gateway',
  'proxy_login',
  'certificate',
  'scheme',
  'unauthorized',
  'revoked',
  'code_unknown',
  'code_spent',
  'code_expired',
  'upgrade_required',
  'not_understood',
  'restored',
  'clock',
  'disk',
  'busy',
  'too_large',
  'defect',
] as const
export type Cause = (typeof causes)[number]

/** Why the station said no by itself: the `reason` of an error under `/station/…` or of a download link. */
export const ownReasons = [
  'other_address',
  'no_line',
  'last_user_key',
  'not_answered',
  'tried_again',
  'answered_already',
  'no_such_answer',
  'nothing_left',
  'name_taken',
  'still_used',
  'cannot_be',
  'link_expired',
  'bytes_away',
  'bytes_not_sent',
  'bytes_changed',
  'bytes_gone',
] as const

/** These keep nobody from anything: no reasons for a no. */
export type Notice = Extract<Cause, 'restored' | 'clock'>
export type Reason = Exclude<Cause, Notice> | (typeof ownReasons)[number]
