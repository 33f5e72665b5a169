import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { type Authority, createAuthority } from '../support/certificates.ts'
import { cleanUp, newFolder, startCentral } from '../support/central-process.ts'

let authority: Authority
beforeEach(() => {
  authority = createAuthority()
})
afterEach(async () => {
  await cleanUp()
  authority.end()
})

const at = (name: string) => join(authority.folder, name)
const serving = (cert = 'hq.pem', key = 'hq.key') => ['--tls-cert', at(cert), '--tls-key', at(key)]

/** The number of the certificate that is shown there. */
function shownAt(url: string): Promise<string> {
  const { port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

test('a certificate that is renewed while everything runs is served from then on; what does not serve is said, and the old one stays', async () => {
  authority.certify('2020', '2090')
  const central = await startCentral(newFolder(), ...serving())
  expect(await shownAt(central.url)).toBe('01')
  const renewed = authority.read('hq.pem')
  // Half of it is there, as while it is copied.
  writeFileSync(at('hq.pem'), renewed.slice(0, 500))
  await expect
    .poll(() => central.said.err, { timeout: 60_000 })
    .toMatch(/do not serve \([^\n]+: the one from before is served on/)
  expect(await shownAt(central.url)).toBe('01')
  authority.certify('2020', '2091')
  await expect
    .poll(() => central.said.err, { timeout: 60_000 })
    .toContain('the certificate was renewed: it is valid until 2091-01-01T00:00:00.000Z')
  expect(await shownAt(central.url)).toBe('02')
  expect(await central.end()).toBe(0)
}, 180_000)

test.each([
  ['has ended', '2020', '2021', /has ended at 2021-01-01T00:00:00\.000Z: stations refuse it/],
  [
    'has not begun',
    '2090',
    '2091',
    /is valid from 2090-01-01T00:00:00\.000Z on.* See whether the clock is right/,
  ],
])(
  'one that %s is said in the log of headquarters, before a station says so',
  async (_, from, until, words) => {
    authority.certify(from, until)
    const central = await startCentral(newFolder(), ...serving())
    await expect.poll(() => central.said.err).toMatch(words)
  },
  60_000,
)

test.each<[string, (made: Authority) => string[], string]>([
  [
    "another certificate's key",
    ({ openssl }) => {
      openssl('genrsa', '-out', 'other.key', '2048')
      return serving('hq.pem', 'other.key')
    },
    'is not that of the certificate',
  ],
  [
    'a key of another kind, which TLS itself takes without a word',
    ({ openssl }) => {
      openssl(...'ecparam -genkey -name prime256v1 -noout -out other.key'.split(' '))
      return serving('hq.pem', 'other.key')
    },
    'is not that of the certificate',
  ],
  [
    'an encrypted key',
    ({ openssl }) => {
      openssl(...'rsa -in hq.key -aes128 -passout pass:secret -out other.key'.split(' '))
      return serving('hq.pem', 'other.key')
    },
    'is encrypted. Give one without a passphrase',
  ],
  [
    'a certificate that is not PEM',
    ({ openssl }) => {
      openssl(...'x509 -in hq.pem -outform der -out hq.der'.split(' '))
      return serving('hq.der')
    },
    'Give PEM files that belong together',
  ],
  [
    'the two interchanged',
    ({ folder }) => {
      copyFileSync(join(folder, 'hq.pem'), join(folder, 'cert.key'))
      return serving('hq.key', 'cert.key')
    },
    'Give PEM files that belong together',
  ],
])(
  '%s is one line, and nothing is made',
  async (_, spoil, words) => {
    authority.certify('2020', '2090')
    const { said } = await startCentral(newFolder(), ...spoil(authority))
    expect(said.out).toBe('')
    expect(said.err).toMatch(/^lotkeeper: [^\n]+\n$/)
    expect(said.err).toContain(words)
  },
  60_000,
)
