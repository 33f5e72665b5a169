import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A plant's own authority, in a folder of its own: `ca.pem`, and `hq.key` with what was certified last in `hq.pem`. */
export interface Authority {
  readonly folder: string
  /** @param from year, like `until`; @param name as in `subjectAltName` */
  certify(from: string, until: string, name?: string): void
  openssl: (...words: string[]) => void
  read(name: string): string
  /** Removes the folder. */
  end(): void
}

const CONFIG =
  '[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=.\ndatabase=index.txt\nserial=serial\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n'

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'lotkeeper-certificates-'))
  const openssl = (...words: string[]) => void execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  openssl(
    ...'req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=Plant -days 30'.split(' '),
  )
  openssl(...'req -newkey rsa:2048 -nodes -keyout hq.key -out hq.csr -subj /CN=Headquarters'.split(' '))
  writeFileSync(join(folder, 'index.txt'), '')
  writeFileSync(join(folder, 'serial'), '01\n')
  writeFileSync(join(folder, 'ca.cnf'), CONFIG)
  return {
    folder,
    openssl,
    certify(from, until, name = 'IP:127.0.0.1') {
      writeFileSync(join(folder, 'names'), `subjectAltName=${name}\n`)
      const dates = ['-startdate', `${from}0101000000Z`, '-enddate', `${until}0101000000Z`]
      const files = '-config ca.cnf -in hq.csr -out hq.pem -cert ca.pem -keyfile ca.key -extfile names'
      openssl('ca', '-batch', '-notext', ...files.split(' '), ...dates)
    },
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    end: () => rmSync(folder, { recursive: true }),
  }
}
