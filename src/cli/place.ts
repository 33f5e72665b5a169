import { resolve } from 'node:path'

import * as central from '../central/config.ts'
import { isFolderOf, type Whose } from '../host/folder.ts'
import { isProblem, type Problem, problem } from '../host/problem.ts'
import * as station from '../main/config.ts'

/**
 * Whom a command is about that both have: whose folder is named, or found where nothing is named. Where both are found, it is the
 * station, as with all other commands of its name.
 */
export function placeOf(flags: Readonly<Record<string, string>>): Whose | Problem {
  if ('database-url' in flags) return 'headquarters'
  const atStation = station.readDataFolder(station.surroundings(), flags)
  if (isProblem(atStation)) return atStation
  const atHeadquarters = central.readDataFolder(central.surroundings(), flags)
  if (isProblem(atHeadquarters)) return atHeadquarters
  if (!isFolderOf('headquarters', atHeadquarters)) return 'station'
  if (!isFolderOf('station', atStation)) return 'headquarters'
  if (atStation === atHeadquarters)
    return problem(
      `${atStation} holds a station and headquarters`,
      'Take away what does not belong there: lotkeeper.db is the station, central.lock headquarters',
    )
  // Folders of their own: a machine policy may say so of either.
  const { 'data-dir': named } = flags
  return named !== undefined && resolve(named) === atHeadquarters ? 'headquarters' : 'station'
}
