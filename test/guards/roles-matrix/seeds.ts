import { memberRoles } from './roles.ts'

/** How rows of a table come into the worlds, and how one of its columns can be told to be changed. */
export interface Seed {
  /** The rows of the world that begins with that number; missing where the rows come with sql/. */
  readonly insert?: (world: number) => string
  /** A column that is in no key, and a value that no seed has. */
  readonly change: readonly [column: string, value: string]
}

export const platform = 3000

const longAgo = `'2001-01-01 00:00+00'`
const soon = `now() + interval '1 day'`
const justNow = `now() - interval '1 second'`
const digest = (text: string) => `sha256('${text}')`
const sealed = `decode(repeat('01', 40), 'hex')`

/** One row for each person with a role: number, role, organization. The platform has two. */
const people = (world: number): [number, string, number][] =>
  memberRoles
    .map((role, i): [number, string, number] => [
      world + 1 + i,
      role,
      role === 'agency_manager' ? world + 900 : world,
    ])
    .filter(([, role]) => world !== platform || role === 'admin' || role === 'analyst')

const insert = (table: string, columns: string, rows: readonly string[]) =>
  `insert into ${table} (${columns}) overriding system value
   values ${rows.map((row) => `(${row})`).join(', ')};`

const ofBrands = (rows: (world: number) => string) => (world: number) =>
  world === platform ? '' : rows(world)

const ofFirst = (rows: string) => (world: number) => (world === 1000 ? rows : '')

const eachPerson =
  (
    table: string,
    columns: string,
    row: (person: number, role: string, organization: number, world: number) => string,
  ) =>
  (world: number) =>
    insert(
      table,
      columns,
      people(world).map(([id, role, home]) => row(id, role, home, world)),
    )

/** A seed for each table. Whoever adds a table adds its rows here. */
export const seeds: Readonly<Record<string, Seed>> = {
  'app_hidden.category_stock_slots': {
    insert: ofBrands((w) =>
      insert(
        'app_hidden.category_stock_slots',
        `brand_id, category, currency, slot, products, products_on_sale, known_costs,
         units_in_stock, stock_value, stock_cost`,
        [`${w}, 'Kitchen', 'EUR', 0, 2, 2, 0, 9, 90, 0`],
      ),
    ),
    change: ['products', '77'],
  },
  'app_private.audit_seals': {
    insert: ofFirst(
      insert(
        'app_private.audit_seals',
        `block, last_series, last_transaction_id, last_id, row_count, leaves, previous, hash,
         sealed_at`,
        [`1, 1, 1, 1, 1, decode(repeat('00', 40), 'hex'), ${digest('a')}, ${digest('b')}, now()`],
      ),
    ),
    change: ['last_id', '77'],
  },
  'app_private.audit_series': { change: ['cluster_id', '77'] },
  'app_private.channel_key': { change: ['key', `'00000000-0000-4000-8000-000000000000'`] },
  'app_private.customer_identities': {
    insert: ofBrands((w) =>
      insert(
        'app_private.customer_identities',
        `brand_id, customer_id, person_ref, key_version, name, mail, phone, address, mail_hash,
         phone_hash, address_hash, whole_hash`,
        // The number 900 is a customer's in both brands.
        [1, 2, 900 - w].map(
          (i) =>
            `${w}, ${w + i}, md5('${w + i}')::uuid, 1, ${sealed}, ${sealed}, ${sealed}, ${sealed},
             ${digest(`mail ${i}`)}, ${digest(`phone ${i}`)}, ${digest('a')}, ${digest('b')}`,
        ),
      ),
    ),
    change: ['key_version', '77'],
  },
  'app_private.data_keys': {
    insert: ofBrands((w) =>
      insert('app_private.data_keys', 'ring, purpose, version, wrapped, master_key_id', [
        `${w}, 'seal', 1, decode(repeat('01', 61), 'hex'), '0123456789abcdef'`,
      ]),
    ),
    change: ['created_at', longAgo],
  },
  'app_private.database_logins': {
    insert: (w) => `
      ${eachPerson(
        'app_private.database_logins',
        `id, login_oid, login_name, name, organization_id, acting_brand_id, role, membership_id,
         revoked_at`,
        (id, role, home, world) =>
          `${id}, ${id}, 'bi_${id}', 'bi_${id}', ${home},
           ${home === world && world !== platform ? world : 'null'}, '${role}', ${id},
           ${role === 'admin' ? 'now()' : 'null'}`,
      )(w)}
      ${ofBrands((brand) =>
        insert(
          'app_private.database_logins',
          `id, login_oid, login_name, name, organization_id, acting_brand_id, role, created_at,
           expires_at, revoked_at`,
          [
            `${brand + 50}, ${brand + 50}, 'bi_${brand + 50}', 'bi_${brand + 50}', ${brand}, ${brand},
             'analyst', ${longAgo}, null, now()`,
            `${brand + 51}, ${brand + 51}, 'bi_${brand + 51}', 'bi_${brand + 51}', ${brand}, ${brand},
             'analyst', ${longAgo}, ${justNow}, null`,
            `${brand + 52}, ${brand + 52}, 'bi_${brand + 52}', 'bi_${brand + 52}', ${brand}, ${brand},
             'analyst', ${longAgo}, null, null`,
          ],
        ),
      )(w)}`,
    change: ['last_used_at', longAgo],
  },
  'app_private.drift_checks': {
    insert: ofFirst(insert('app_private.drift_checks', 'checked_at, drifted_rows', ['now(), 0'])),
    change: ['drifted_rows', '77'],
  },
  'app_private.feed_entries': {
    insert: ofBrands((w) =>
      insert('app_private.feed_entries', 'brand_id, position, topic, payload, happened_at', [
        `${w}, 1, 'product.changed', '{"product_id": "${w + 1}", "change": "added"}', now()`,
        `${w}, 2, 'else.changed', '{}', now()`,
      ]),
    ),
    change: ['happened_at', longAgo],
  },
  'app_private.feed_topics': { change: ['topic', `'changed'`] },
  'app_private.feeds': {
    insert: ofBrands((w) =>
      insert('app_private.feeds', 'brand_id, last_position, trimmed_to', [`${w}, 2, 0`]),
    ),
    change: ['trimmed_to', '1'],
  },
  'app_private.import_keys': {
    insert: ofBrands((w) =>
      insert('app_private.import_keys', 'brand_id, run_id, key, line', [`${w}, ${w + 1}, '1', 2`]),
    ),
    change: ['line', '77'],
  },
  'app_private.invitation_mails': {
    insert: ofBrands((w) =>
      insert('app_private.invitation_mails', 'invitation_id, mail, mail_key', [
        `${w + 1}, 'guest${w}@example.com', 'guest${w}@example.com'`,
      ]),
    ),
    change: ['mail', `'changed@example.com'`],
  },
  'app_private.loaded_sources': { change: ['loaded_at', longAgo] },
  'app_private.login_attempts': {
    insert: (w) =>
      insert('app_private.login_attempts', 'id, kind, account_key, user_id', [
        `${w + 1}, 'password', ${digest(`account ${w}`)}, ${w + 1}`,
      ]),
    change: ['created_at', longAgo],
  },
  'app_private.mail_tokens': {
    insert: (w) =>
      insert('app_private.mail_tokens', 'token_hash, mail_id, expires_at', [
        `${digest(`mail token ${w}`)}, ${w + 1}, ${soon}`,
      ]),
    change: ['used_at', longAgo],
  },
  'app_private.mails': {
    insert: (w) =>
      insert('app_private.mails', 'id, template, purpose, user_id', [
        `${w + 1}, 'recover-password', 'recover', ${w + 1}`,
      ]),
    change: ['created_at', longAgo],
  },
  'app_private.outbox': {
    insert: (w) =>
      insert('app_private.outbox', 'id, organization_id, topic, key, payload', [
        `${w + 1}, ${w}, 'product.changed', 'product:${w}:1', '{}'`,
      ]),
    change: ['created_at', longAgo],
  },
  'app_private.outbox_deliveries': {
    insert: (w) =>
      insert(
        'app_private.outbox_deliveries',
        `id, organization_id, topic, key, payload, task, created_at, attempts, parked_at,
         error_code`,
        [
          `${w + 1}, ${w}, 'product.changed', 'product:${w}:1', '{}', 'core__publish', now(), 9,
           now(), 'bad_payload'`,
        ],
      ),
    change: ['created_at', longAgo],
  },
  'app_private.recovery_codes': {
    insert: (w) =>
      insert('app_private.recovery_codes', 'user_id, code_hash', [
        `${w + 1}, ${digest(`recovery ${w}`)}`,
      ]),
    change: ['used_at', longAgo],
  },
  'app_private.refresh_tokens': {
    insert: (w) =>
      insert('app_private.refresh_tokens', 'token_hash, session_id, expires_at', [
        `${digest(`refresh ${w}`)}, ${w + 1}, ${soon}`,
      ]),
    change: ['used_at', longAgo],
  },
  'app_private.registrations': {
    insert: (w) =>
      insert(
        'app_private.registrations',
        'id, mail, mail_key, display_name, locale, password_hash',
        [
          `${w + 1}, 'new${w}@example.com', 'new${w}@example.com', 'New', 'en',
         '$2b$12$${'x'.repeat(53)}'`,
        ],
      ),
    change: ['created_at', longAgo],
  },
  'app_private.second_factors': {
    insert: (w) =>
      insert('app_private.second_factors', 'user_id, secret, confirmed_at, last_step', [
        `${w + 1}, ${digest(`secret ${w}`)}, now(), 1`,
      ]),
    change: ['last_step', '77'],
  },
  'app_private.server_log_positions': {
    insert: ofFirst(
      insert('app_private.server_log_positions', 'file_id, position', [`${digest('a')}, 1`]),
    ),
    change: ['position', '77'],
  },
  'app_private.sessions': {
    insert: (w) => `
      ${eachPerson(
        'app_private.sessions',
        `id, session_hash, user_id, membership_id, organization_id, acting_brand_id, role,
         second_factor_at, expires_at`,
        (id, role, home, world) =>
          `${id}, ${digest(`session ${id}`)}, ${id}, ${id}, ${home},
           ${home === world && world !== platform ? world : 'null'}, '${role}', now(), ${soon}`,
      )(w)}
      ${insert('app_private.sessions', 'id, session_hash, user_id, expires_at', [
        `${w + 13}, ${digest(`session ${w + 13}`)}, ${w + 13}, ${soon}`,
      ])}
      ${ofBrands((brand) =>
        [
          // One that was ended, and one that has ended by itself.
          insert(
            'app_private.sessions',
            `id, session_hash, user_id, membership_id, organization_id, acting_brand_id, role,
             created_at, expires_at, revoked_at`,
            [
              `${brand + 50}, ${digest(`session ${brand + 50}`)}, ${brand + 2}, ${brand + 2}, ${brand},
               ${brand}, 'analyst', now(), ${soon}, now()`,
              `${brand + 51}, ${digest(`session ${brand + 51}`)}, ${brand + 2}, ${brand + 2}, ${brand},
               ${brand}, 'analyst', ${longAgo}, ${justNow}, null`,
            ],
          ),
          // It has given a password and not yet the second factor.
          insert('app_private.sessions', 'id, session_hash, user_id, membership_id, expires_at', [
            `${brand + 14}, ${digest(`session ${brand + 14}`)}, ${brand + 7}, ${brand + 7}, ${soon}`,
          ]),
          insert(
            'app_private.sessions',
            `id, session_hash, user_id, membership_id, agency_grant_id, organization_id,
             acting_brand_id, role, expires_at`,
            [
              `${brand + 20}, ${digest(`session ${brand + 20}`)}, ${brand + 11}, ${brand + 11},
               ${brand + 1}, ${brand + 900}, ${brand}, 'analyst', ${soon}`,
            ],
          ),
          insert(
            'app_private.sessions',
            `id, session_hash, kind, name, created_by, organization_id, acting_brand_id, role,
             expires_at`,
            [
              `${brand + 30}, ${digest(`session ${brand + 30}`)}, 'api_key', 'Shop', ${brand + 1},
               ${brand}, ${brand}, 'analyst', ${soon}`,
            ],
          ),
        ].join('\n'),
      )(w)}`,
    change: ['last_used_at', longAgo],
  },
  'app_private.user_accounts': {
    insert: eachPerson(
      'app_private.user_accounts',
      'user_id, mail, mail_key, password_hash',
      (id) =>
        `${id}, 'person${id}@example.com', 'person${id}@example.com', '$2b$12$${'x'.repeat(53)}'`,
    ),
    change: ['password_changed_at', longAgo],
  },
  'app_private.worker_heartbeats': {
    insert: ofFirst(
      insert('app_private.worker_heartbeats', 'worker_id, alive_until', [`'worker', ${soon}`]),
    ),
    change: ['started_at', longAgo],
  },
  'app_public.agency_grants': {
    insert: ofBrands((w) =>
      insert('app_public.agency_grants', 'id, for_brand_id, agency_id, role, granted_by', [
        `${w + 1}, ${w}, ${w + 900}, 'analyst', ${w + 1}`,
      ]),
    ),
    change: ['created_at', longAgo],
  },
  'app_public.audit_log': {
    insert: (w) =>
      insert('app_public.audit_log', 'series, organization_id, action, door, object', [
        `1, ${w}, 'read', 'app', 'planted'`,
      ]),
    change: ['object', `'changed'`],
  },
  'app_public.channels': {
    insert: ofBrands((w) =>
      insert('app_public.channels', 'brand_id, code, title', [`${w}, 1, 'Channel 1'`]),
    ),
    change: ['title', `'Changed'`],
  },
  'app_public.currencies': { change: ['name', `'Changed'`] },
  'app_public.customers': {
    insert: ofBrands((w) =>
      insert(
        'app_public.customers',
        'brand_id, id, source, name_mask, mail_mask, phone_mask, address_mask, channel, since',
        [1, 2, 900 - w].map(
          (i) => `${w}, ${w + i}, 'shop', 'A***', 'a***', '***1', '***', 1, '2024-01-01'`,
        ),
      ),
    ),
    change: ['name_mask', `'Changed'`],
  },
  'app_public.erasure_requests': {
    insert: ofBrands((w) =>
      insert('app_public.erasure_requests', 'brand_id, id, customer_id, requested_by, reason', [
        `${w}, ${w + 1}, ${w + 3}, ${w + 1}, 'Letter'`,
      ]),
    ),
    change: ['reason', `'Changed'`],
  },
  'app_public.import_rejects': {
    insert: ofBrands((w) =>
      insert('app_public.import_rejects', 'brand_id, run_id, line, field, code', [
        `${w}, ${w + 1}, 2, 'since', 'FL301'`,
      ]),
    ),
    change: ['field', `'changed'`],
  },
  'app_public.import_runs': {
    insert: ofBrands((w) =>
      insert('app_public.import_runs', 'brand_id, id, kind, started_by', [
        `${w}, ${w + 1}, 'customers', 'somebody'`,
      ]),
    ),
    change: ['rows_read', '77'],
  },
  'app_public.invitations': {
    insert: ofBrands((w) =>
      insert('app_public.invitations', 'id, organization_id, role, invited_by, expires_at', [
        `${w + 1}, ${w}, 'analyst', ${w + 1}, ${soon}`,
      ]),
    ),
    change: ['created_at', longAgo],
  },
  'app_public.memberships': {
    insert: eachPerson(
      'app_public.memberships',
      'id, organization_id, user_id, role',
      (id, role, home) => `${id}, ${home}, ${id}, '${role}'`,
    ),
    change: ['created_at', longAgo],
  },
  'app_public.organizations': {
    insert: (w) =>
      insert('app_public.organizations', 'id, kind, slug, name, time_zone, currency', [
        `${w}, '${w === platform ? 'platform' : 'brand'}', 'world-${w}', 'Alike', 'UTC', 'EUR'`,
        `${w + 900}, 'agency', 'agency-${w}', 'Agency', 'UTC', 'EUR'`,
      ]),
    change: ['name', `'Changed'`],
  },
  'app_public.products': {
    insert: ofBrands((w) =>
      insert(
        'app_public.products',
        'brand_id, id, title, category, product_price, currency, stock_quantity',
        [1, 2].map((i) => `${w}, ${w + i}, 'Apron', 'Kitchen', 10, 'EUR', ${i}`),
      ),
    ),
    change: ['title', `'Changed'`],
  },
  'app_public.users': {
    insert: (w) => `
      ${eachPerson('app_public.users', 'id, display_name', (id) => `${id}, 'Alike'`)(w)}
      ${insert('app_public.users', 'id, display_name, deactivated_at', [
        `${w + 13}, 'Alike', null`,
        `${w + 40}, 'Alike', now()`,
      ])}`,
    change: ['display_name', `'Changed'`],
  },
}

export function seedOf(table: string): Seed {
  const seed = seeds[table]
  if (seed === undefined) {
    throw new Error(`${table} has no rows to try: give it a seed in roles-matrix/seeds.ts`)
  }
  return seed
}
