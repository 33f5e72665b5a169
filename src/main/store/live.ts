import type { Noun, Row, State, Value } from '../../model/state.ts'
import type { ReadableDb } from './database.ts'
import { type Query, sql } from './sql.ts'

/**
 * The station's tables as `decide()` sees them. References leave as ids, whatever joins them inside.
 * Rows carry no marks: on the station that accepts an operation its author has seen everything there is. Once there is a
 * headquarters, `markedState` of base.ts adds them.
 */
export function liveState(db: ReadableDb): State {
  return {
    get: (noun, id) => readRow(db, noun, sql`row.id = ${id}`) ?? grave(db, id),
    holder: (noun, scope, key) =>
      noun === 'station'
        ? undefined
        : noun === 'revision'
          ? readRow(
              db,
              noun,
              sql`row.part_pk = (SELECT pk FROM parts WHERE id = ${scope}) AND row.key = ${key}`,
            )
          : readRow(db, noun, sql`row.key = ${key}`),
    members: (noun, field, id) => readRows(db, noun, memberCondition(noun, field, id)),
    joined: (_noun, id) =>
      db
        .all<{ row: string }>(sql`
          SELECT row FROM aliases JOIN graves ON graves.id = aliases.id WHERE into_id = ${id} ORDER BY aliases.id`)
        .map(({ row }) => JSON.parse(row) as Row),
  }
}

function memberCondition(noun: Noun, field: string, id: string): Query {
  switch (`${noun}.${field}`) {
    case 'unit.batch_id':
      return sql`row.batch_pk = (SELECT pk FROM batches WHERE id = ${id})`
    case 'unit.revision_id':
      return sql`row.revision_pk = (SELECT pk FROM revisions WHERE id = ${id})`
    case 'unit.parent_id':
      return sql`row.parent_pk = (SELECT pk FROM units WHERE id = ${id})`
    case 'revision.part_id':
      return sql`row.part_pk = (SELECT pk FROM parts WHERE id = ${id})`
    default:
      throw new Error(`${noun} has no reference ${field}`)
  }
}

const creators = sql`
  (SELECT id FROM users WHERE pk = row.created_by_user_pk) AS created_by_user_id,
  (SELECT id FROM stations WHERE pk = row.created_by_station_pk) AS created_by_station_id`

/** Columns and tables of each noun, shaped alike: `name`, `key`, `scope` and the fields of a `Row`. */
const selects: Record<Noun, Query> = {
  part: sql`SELECT row.id, row.number AS name, row.key, '' AS scope, row.created_at, ${creators}, row.name AS part_name FROM parts row`,
  revision: sql`
    SELECT row.id, row.number AS name, row.key, part.id AS scope, row.created_at, ${creators}, part.id AS part_id, row.image_id
    FROM revisions row JOIN parts part ON part.pk = row.part_pk`,
  batch: sql`SELECT row.id, row.number AS name, row.key, '' AS scope, row.created_at, ${creators} FROM batches row`,
  unit: sql`
    SELECT row.id, row.serial_number AS name, row.key, '' AS scope, row.created_at, ${creators},
      (SELECT id FROM revisions WHERE pk = row.revision_pk) AS revision_id,
      (SELECT id FROM batches WHERE pk = row.batch_pk) AS batch_id,
      (SELECT id FROM units WHERE pk = row.parent_pk) AS parent_id,
      row.sample, row.metadata
    FROM units row`,
  station: sql`
    SELECT row.id, row.name, row.id AS key, '' AS scope, row.created_at, ${creators}, row.image_id, row.team_id
    FROM stations row`,
}

type Found = Pick<
  Row,
  'id' | 'name' | 'key' | 'scope' | 'created_at' | 'created_by_user_id' | 'created_by_station_id'
> &
  Record<string, Value>

const queries = new Map<string, Query>()

/** One text per noun and condition, so that each is prepared once. */
function select(noun: Noun, condition: Query): Query {
  const name = `${noun} ${condition.text}`
  let query = queries.get(name)
  if (query === undefined) {
    const live = noun === 'station' ? sql` AND row.removed = 0` : sql``
    queries.set(name, (query = sql`${selects[noun]} WHERE ${condition}${live}`))
  }
  return { text: query.text, values: condition.values }
}

function readRow(db: ReadableDb, noun: Noun, condition: Query): Row | undefined {
  const found = db.one<Found>(select(noun, condition))
  return found && toRow(noun, found)
}

function readRows(db: ReadableDb, noun: Noun, condition: Query): Row[] {
  return db.all<Found>(select(noun, condition)).map((found) => toRow(noun, found))
}

function toRow(noun: Noun, found: Found): Row {
  const { id, name, key, scope, created_at, created_by_user_id, created_by_station_id, ...fields } = found
  if (noun === 'part') {
    fields['name'] = fields['part_name'] as string
    delete fields['part_name']
  }
  if (noun === 'unit')
    fields['metadata'] =
      fields['metadata'] === null ? {} : (JSON.parse(fields['metadata'] as string) as Value)
  return {
    noun,
    id,
    name,
    key,
    scope,
    created_at,
    created_by_user_id,
    created_by_station_id,
    deleted: false,
    into: null,
    fields,
    marks: {},
  }
}

function grave(db: ReadableDb, id: string): Row | undefined {
  const found = db.one<{ row: string }>(sql`SELECT row FROM graves WHERE id = ${id}`)
  return found && (JSON.parse(found.row) as Row)
}
