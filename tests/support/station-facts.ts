/** Facts of the scenario tables that hold for stations only. */
export const ofStationsOnly: readonly string[] = [
  // A user at headquarters may remove any station: none of them is the one that answers.
  'the station that answers cannot remove itself',
  // Headquarters takes a file whole, has a limit of its own, and knows an attachment once its bytes are there.
  'more bytes than an attachment may have are refused',
  'announced to be too large, it is refused before it comes',
  'Content-Range bytes 0-2 is refused',
  'Content-Range bytes 2-1/3 is refused',
  'Content-Range bytes 0-3/3 is refused',
  'Content-Range lines 0-2/3 is refused',
  'Content-Range bytes 0-2/* is refused',
  'a piece that is not as long as it says is refused',
  'a piece that does not follow what is here is refused, and hears what is here',
  'an update gives attachments to a unit, with their bytes or before them',
  'what was given before its bytes came belongs to the unit when they come',
  'attachments of a unit are deleted by id, with or without bytes',
]
