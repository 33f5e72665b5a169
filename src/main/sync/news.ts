import type { Write } from '../../model/sync/station.ts'

/** What a station's log says of a write that is out of the ordinary; null of any other. */
export function newsIn({ stage_is, unsealed, outbox }: Write): string | null {
  if (stage_is === 'empty')
    return 'headquarters has another history than the one read here, as after a restore from a backup: it is read from its beginning, and work goes on meanwhile'
  if (stage_is === 'take') {
    const lost = outbox?.put.length ?? 0
    const again = lost === 0 ? 'it lacks nothing that had been sent' : `${lost} that it lacks are sent again`
    return `the new history of headquarters is read: of this station's changes, ${again}`
  }
  if (unsealed)
    return 'headquarters was told things in the name of this station that this PC does not know: its data was set back to an earlier day, or copied to another PC. Nothing is lost: whatever headquarters may not have is sent again'
  return null
}
