// The fleet, asked again every few seconds. Everything shown is text: nothing of an answer becomes markup.
const EVERY_MS = 10_000
const KEY = 'lotkeeper-key'
const SKEW_WARN_MS = 120_000
const DISK_WARN_BYTES = 2_000_000_000
const DAY_MS = 86_400_000
const BACKUP_LATE_MS = 8 * DAY_MS

const at = (id) => document.getElementById(id)
const element = (name, text, className = '') =>
  Object.assign(document.createElement(name), { textContent: text, className })

const words = {
  in_touch: 'in touch',
  silent: 'silent',
  waiting_for_code: 'waits for its code to be used',
  revoked: 'revoked',
}

const incidents = {
  restored: () => 'Headquarters was restored from a backup. Stations send again what it lacks.',
  copied: ({ station_name }) =>
    `${station_name ?? 'A station'} was copied or set back to an older state. Nothing is lost; if two PCs run as this station, give one of them its own code.`,
  collision: ({ station_name }) =>
    `${station_name ?? 'A station'} and another one had made the same ids. They were made anew.`,
}

function span(ms) {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  if (minutes < 1) return `${Math.round(Math.abs(ms) / 1_000)} s`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

function cell(label, text, level = '') {
  const made = element('td')
  made.dataset.label = label
  made.append(element('span', text, level))
  return made
}

function row(station, now) {
  const made = element('tr', '', station.state)
  const name = element('th', station.name)
  name.scope = 'row'
  name.append(element('span', words[station.state] ?? station.state, 'state'))
  const seen = station.last_seen_at === null ? null : now - Date.parse(station.last_seen_at)
  const {
    pending,
    oldest_unsynced_ms: oldest,
    behind,
    clock_ahead_ms: ahead,
    disk_free_bytes: disk,
  } = station
  const decide = station.conflicts
  made.append(
    name,
    cell(
      'Last heard',
      seen === null ? 'never' : `${span(seen)} ago`,
      station.state === 'silent' ? 'bad' : '',
    ),
    cell(
      'Only there',
      pending === null ? '–' : pending === 0 ? 'nothing' : `${pending}, oldest ${span(oldest ?? 0)}`,
      (oldest ?? 0) > DAY_MS ? 'bad' : (oldest ?? 0) > DAY_MS / 24 ? 'warn' : '',
    ),
    cell('Behind', behind === null ? '–' : behind === 0 ? 'nothing' : `${behind} changes`),
    cell('To decide', decide === 0 ? 'nothing' : String(decide), decide > 0 ? 'warn' : ''),
    cell(
      'Clock',
      ahead === null
        ? '–'
        : Math.abs(ahead) < SKEW_WARN_MS
          ? 'right'
          : `${span(ahead)} ${ahead > 0 ? 'ahead' : 'late'}`,
      Math.abs(ahead ?? 0) < SKEW_WARN_MS ? '' : 'warn',
    ),
    cell(
      'Disk free',
      disk === null ? '–' : `${(disk / 1e9).toFixed(1)} GB`,
      disk !== null && disk < DISK_WARN_BYTES ? 'bad' : '',
    ),
    cell('Version', station.version ?? '–'),
  )
  return made
}

const urgency = { silent: 0, in_touch: 1, waiting_for_code: 2, revoked: 3 }
const weight = (made) => (made.querySelector('.bad') ? 0 : made.querySelector('.warn') ? 1 : 2)

function show(fleet) {
  const now = Date.parse(fleet.now)
  const { stations } = fleet
  const rows = stations.map(({ state }, i) => ({ state, made: row(stations[i], now) }))
  rows.sort((a, b) => urgency[a.state] - urgency[b.state] || weight(a.made) - weight(b.made))
  at('stations').replaceChildren(...rows.map(({ made }) => made))
  at('none').hidden = stations.length > 0
  showBackup(fleet.headquarters, now)
  at('incidents').replaceChildren(
    ...fleet.incidents.map((one) =>
      element(
        'li',
        `${new Date(one.reported_at).toLocaleString()}: ${incidents[one.kind]?.(one) ?? one.kind}`,
      ),
    ),
  )
  at('incidents-part').hidden = fleet.incidents.length === 0
  const silent = stations.filter(({ state }) => state === 'silent').length
  const { conflicts } = fleet.headquarters
  at('jump').hidden = conflicts === 0
  at('jump').textContent = `To decide: ${conflicts}`
  const embedded = fleet.headquarters.database === 'pglite' ? ' · embedded database, for trying out' : ''
  at('summary').textContent =
    `${stations.length} ${stations.length === 1 ? 'station' : 'stations'}, ${silent === 0 ? 'none silent' : `${silent} silent`} · ${fleet.headquarters.changes} changes` +
    ` · ${conflicts} to decide · version ${fleet.headquarters.version}${embedded}`
  document.title = silent === 0 ? 'Lotkeeper headquarters' : `(${silent} silent) Lotkeeper headquarters`
}

/** A sentence about backups: how far stations may rely on one. */
function backupWords({ last_backup: last, changes_since_backup: since, changes }, now) {
  if (last === null)
    return changes === 0 ? '' : 'There is no verified backup yet: lotkeeper headquarters backup makes one.'
  const age = now - Date.parse(last.verified_at)
  return `Last verified backup ${span(age)} ago (${last.file}), ${since} changes since.`
}

function showBackup(headquarters, now) {
  const { last_backup: last } = headquarters
  const late = last === null || now - Date.parse(last.verified_at) > BACKUP_LATE_MS
  at('backup').replaceChildren(element('span', backupWords(headquarters, now), late ? 'warn' : ''))
}

const call = (path, options = {}) =>
  fetch(path, {
    ...options,
    headers: { ...options.headers, authorization: `Bearer ${sessionStorage.getItem(KEY)}` },
    cache: 'no-store',
  })

/** Longer than between the two clicks of a double one, shorter than it takes to read what came under the finger. */
const MOVED_MS = 500
let deciding = false
let moved_at = -MOVED_MS

/** A second click is not a second answer: neither while the first is on its way, nor when another card has just taken its place. */
async function decideOnce(...what) {
  if (deciding || performance.now() - moved_at < MOVED_MS) return
  deciding = true
  await decide(...what)
  deciding = false
}

/** Says a person's answer to headquarters; what was done can be taken back as long as nothing else is said here. */
async function decide({ id }, answer, said) {
  const body = JSON.stringify({ answer })
  const headers = { 'content-type': 'application/json' }
  try {
    const response = await call(`/fleet/conflicts/${encodeURIComponent(id)}`, {
      method: 'POST',
      headers,
      body,
    })
    at('decided').textContent = response.ok ? said : (await response.json()).message
    if (response.ok && answer !== 'undo') {
      const back = Object.assign(element('button', 'Take back'), { type: 'button' })
      back.addEventListener('click', () => {
        back.disabled = true
        void decide({ id }, 'undo', 'Taken back.')
      })
      at('decided').append(' ', back)
    }
  } catch {
    at('decided').textContent = 'Headquarters does not answer: nothing is known to be done.'
  }
  await look()
}

function card(conflict) {
  const made = element('li', `${conflict.station.name ?? 'A station'}: ${conflict.summary}.`)
  const buttons = element('div', '', 'answers')
  for (const { id, label } of conflict.answers) {
    const button = Object.assign(element('button', label), { type: 'button' })
    button.addEventListener('click', () => void decideOnce(conflict, id, `Answered: ${label}.`))
    buttons.append(button)
  }
  made.append(buttons)
  return made
}

/** The same cards stay the same elements: nobody's button moves away under the finger. */
let shown = ''
async function showConflicts(open) {
  const answer = await call('/fleet/conflicts')
  if (!answer.ok) throw new Error(String(answer.status))
  const { data } = await answer.json()
  const now = JSON.stringify(data)
  if (now !== shown) {
    at('conflicts').replaceChildren(...data.map(card))
    if (shown !== '') moved_at = performance.now()
  }
  shown = now
  at('more').hidden = data.length >= open
  at('more').textContent =
    `The newest ${data.length} of ${open} are listed; the others come as these are answered.`
  at('conflicts-part').hidden = data.length === 0 && at('decided').textContent === ''
}

let timer

async function look() {
  clearTimeout(timer)
  if (sessionStorage.getItem(KEY) === null) return ask('')
  try {
    const answer = await call('/fleet')
    if (answer.status === 401 || answer.status === 403) {
      sessionStorage.removeItem(KEY)
      return ask(answer.status === 401 ? 'This key is not known here.' : 'This needs a user key.')
    }
    if (!answer.ok) throw new Error(String(answer.status))
    const fleet = await answer.json()
    show(fleet)
    await showConflicts(fleet.headquarters.conflicts)
    at('sign-in').hidden = true
    at('fleet').hidden = false
  } catch {
    at('summary').textContent = 'Headquarters does not answer. What is shown is old.'
  }
  timer = setTimeout(look, EVERY_MS)
}

function ask(why) {
  at('fleet').hidden = true
  at('sign-in').hidden = false
  at('refused').textContent = why
  at('summary').textContent = ''
  at('key').focus()
}

at('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  sessionStorage.setItem(KEY, at('key').value.trim())
  at('key').value = ''
  void look()
})

void look()
