import type { Command } from 'commander'
import type pg from 'pg'
import { Problem } from '../../problem.ts'
import { makeProgress } from '../../progress.ts'
import { exitCodes } from '../../run.ts'
import { readEnv } from '../../server/env.ts'
import { masterKeysOf, openKeyRings } from '../../server/personal/open.ts'
import { type DamagedRow, renewRing } from '../../server/personal/renewal.ts'
import { rewrap } from '../../server/personal/rewrap.ts'
import { asServer, refusalOf } from '../as-server.ts'
import { print, table } from '../output.ts'
import { makePace } from '../pace.ts'

interface ListedKey {
  readonly organization: string
  readonly purpose: string
  readonly version: number
  readonly master_key_id: string
  readonly created_at: string
  /** Rows that it seals; of an older key, those that are to be renewed. */
  readonly sealed_rows: number
  readonly to_renew: number
}

interface Rotated {
  readonly version: number
  /** Whether it went on with what was begun before, instead of making a key. */
  readonly resumed: boolean
  readonly renewed: number
  readonly damaged: readonly DamagedRow[]
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description('the keys that personal data are locked with')

  keys
    .command('list')
    .description('list the keys, which master key they are wrapped with, and what is to be renewed')
    .option('--json', 'print the result as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const all = await asServer(listKeys)
      print(all, json, (rows) => (rows.length === 0 ? 'There are no keys yet.' : asTable(rows)))
    })

  keys
    .command('rotate')
    .description('make a new key and seal everything anew with it; goes on where it was cut off')
    .option('--org <slug>', 'the brand whose key it is')
    .option('--house', "the house's own key, for what belongs to no brand")
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nReading and writing go on meanwhile. If rows of the last rotation are left, it renews them' +
        '\nand makes no new key. Keys stay: backups and late writers need the old ones.',
    )
    .action(async ({ org, house, json }: { org?: string; house?: boolean; json?: boolean }) => {
      if ((org === undefined) === (house === undefined)) {
        throw new Problem('Whose key?', 'Name one: --org <slug> or --house.')
      }
      const done = await asServer(async (client) => rotate(client, await ringOf(client, org)))
      if (done.damaged.length > 0) process.exitCode = exitCodes.failed
      print(done, json, rotatedAsText)
    })

  keys
    .command('rewrap')
    .description('wrap all keys with FLUENCE_MASTER_KEY; what was sealed stays as it is')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nFLUENCE_MASTER_KEY_PREVIOUS is the old key, unless that is in the file master.key. Give every' +
        '\nserver both first, run this, then take the old one away. Cut off, it goes on when called again.',
    )
    .action(async ({ json }: { json?: boolean }) => {
      const masterKeys = masterKeysOf(readEnv())
      const rewrapped = await asServer((client) => rewrap(client, masterKeys))
      print({ rewrapped, masterKeyId: masterKeys.current.id }, json, ({ masterKeyId }) =>
        rewrapped === 0
          ? `All keys are wrapped with the master key ${masterKeyId} already.`
          : `Wrapped ${rewrapped} keys with the master key ${masterKeyId}. No other one is needed now.`,
      )
    })
}

async function listKeys(client: pg.Client): Promise<ListedKey[]> {
  const { rows } = await client.query<ListedKey>(
    `with counts as (
       select c.ring, c.version, sum(c.sealed_rows)::float8 as sealed_rows
       from app_private.count_sealed_rows() as c
       group by c.ring, c.version
     )
     select
       coalesce(o.slug, case k.ring when 0 then '(the house)' else k.ring::text end) as organization,
       k.purpose, k.version, k.master_key_id,
       to_char(k.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created_at,
       coalesce(c.sealed_rows, 0) as sealed_rows,
       case
         when k.version < max(k.version) over (partition by k.ring, k.purpose)
           then coalesce(c.sealed_rows, 0)
         else 0
       end as to_renew
     from app_private.list_data_keys() as k
     left join app_public.organizations as o on o.id = k.ring
     left join counts as c
       on c.ring = k.ring and c.version = k.version and k.purpose = 'seal'
     order by k.ring, k.purpose, k.version`,
  )
  return rows
}

const asTable = (rows: readonly ListedKey[]) =>
  table(
    ['organization', 'purpose', 'version', 'master key', 'created at', 'rows', 'to renew'],
    rows.map((key) => [
      key.organization,
      key.purpose,
      String(key.version),
      key.master_key_id,
      key.created_at,
      key.purpose === 'seal' ? String(key.sealed_rows) : '-',
      key.purpose === 'seal' ? String(key.to_renew) : '-',
    ]),
  )

async function ringOf(client: pg.Client, slug: string | undefined): Promise<string> {
  if (slug === undefined) return '0'
  const { rows } = await client.query<{ id: string }>(
    'select o.id from app_public.organizations as o where o.slug = $1',
    [slug],
  )
  const [found] = rows
  if (found === undefined) {
    throw new Problem(`There is no organization "${slug}".`, 'See fluence org list.')
  }
  return found.id
}

/** What was begun before comes first: then no row ever waits for two rotations. */
async function rotate(client: pg.Client, ring: string): Promise<Rotated> {
  const rings = openKeyRings(readEnv(), client)
  const progress = makeProgress()
  const renew = async () => {
    const { rows } = await client.query<{ count: number }>(
      `select coalesce(sum(c.sealed_rows), 0)::float8 as count
       from app_private.count_sealed_rows() as c where c.ring = $1 and c.version < $2`,
      [ring, (await rings.forSealing(ring)).version],
    )
    const tell = makePace(progress, 'Renewing', rows[0]?.count ?? 0)
    return renewRing(client, rings, ring, { tell })
  }
  try {
    let done = await renew()
    const resumed = done.rows > 0
    if (!resumed) {
      await rings.rotate(ring)
      done = await renew()
    }
    const { version } = await rings.forSealing(ring)
    return { version, resumed, renewed: done.rows, damaged: done.damaged }
  } catch (error) {
    throw refusalOf(error) ?? error
  } finally {
    progress.done()
  }
}

const rotatedAsText = ({ version, resumed, renewed, damaged }: Rotated) =>
  [
    resumed
      ? `Went on with key ${version}: renewed ${renewed} rows. Call again for a new key.`
      : `Made key ${version} and renewed ${renewed} rows.`,
    ...damaged.map(
      (row) => `Not opened by its key, so left as it is: ${row.person_ref} in ${row.table}.`,
    ),
  ].join('\n')
