import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { Problem } from '../../problem.ts'
import { projectDir } from '../env.ts'
import { type Binaries, binariesIn } from './binaries.ts'

/** Where the whole schema stands as one text, for reading and for comparing. */
export const schemaFile = path.join(projectDir, 'migrations/schema.sql')

/** The oldest PostgreSQL that we run on writes it; the embedded one brings no pg_dump. */
const dumpMajor = 15

export function dumpBinaries(bin: string): Binaries {
  const advice = `Install PostgreSQL ${dumpMajor} (apt-get install postgresql-${dumpMajor}), or name the folder of its programs with --bin.`
  if (!fs.existsSync(path.join(bin, 'pg_dump'))) {
    throw new Problem(`There is no pg_dump in ${bin}.`, advice)
  }
  const binaries = binariesIn(bin)
  if (binaries.major === dumpMajor) return binaries
  throw new Problem(`The programs in ${bin} are PostgreSQL ${binaries.major}'s.`, advice)
}

/** The schema of a database, without what differs from one dump of the same schema to the next. */
export function dumpSchema({ bin }: Binaries, databaseUrl: string): string {
  const url = new URL(databaseUrl)
  const password = decodeURIComponent(url.password)
  // Not on the command line, where everybody on the machine could read it.
  url.password = ''
  const dumped = spawnSync(
    path.join(bin, 'pg_dump'),
    [
      '--schema-only',
      '--no-owner',
      '--no-tablespaces',
      '--exclude-schema=graphile_*',
      // Which months have a partition depends on the day.
      '--exclude-table=app_private.*_????_??',
      url.href,
    ],
    { encoding: 'utf8', env: { PGPASSWORD: password, LC_ALL: 'C' }, maxBuffer: 2 ** 28 },
  )
  if (dumped.status !== 0) {
    throw new Error(`pg_dump failed: ${dumped.error?.message ?? dumped.stderr}`)
  }
  return normalise(dumped.stdout)
}

const heading = `-- The whole schema as PostgreSQL ${dumpMajor} dumps it. Written by \`fluence db dump\`.\n\n`

export function normalise(dump: string): string {
  const bare = dump
    // pg_dump's own headings, versions and settings, and the key that fences its output.
    .replaceAll(/^--\n-- .*\n--\n/gm, '')
    .replaceAll(/^-- Dumped (from|by) .*\n/gm, '')
    .replaceAll(/^SET \w+ = .*;\n/gm, '')
    .replaceAll(/^SELECT pg_catalog\.set_config\(.*\n/gm, '')
    .replaceAll(/^\\(un)?restrict .*\n/gm, '')
    // Where the cluster is ours it is hardened: that is not of the schema.
    .replaceAll(/^(GRANT|REVOKE) [\w,]+ ON (LANGUAGE|\w+ pg_catalog\.).*\n/gm, '')
    .replaceAll(/\n{3,}/g, '\n\n')
  return `${heading}${bare.trim()}\n`
}
