import type pg from 'pg'

export interface Span {
  readonly since?: Date | undefined
  readonly until?: Date | undefined
  readonly organizationId?: string | undefined
}

/** An entry of the audit log, as it is listed. */
export type Listed = Readonly<Record<(typeof columns)[number], unknown>>

const columns = [
  'id',
  'organization_id',
  'action',
  'door',
  'user_id',
  'session_id',
  'login',
  'role',
  'request_id',
  'object',
  'row_key',
  'before',
  'after',
  'reason',
] as const

const page = 1000

/** Hands on the entries of a span of time, oldest first, page by page. */
export async function list(
  client: pg.ClientBase,
  { since, until, organizationId }: Span,
  take: (entries: readonly Listed[]) => Promise<void>,
): Promise<void> {
  await client.query('begin read only')
  try {
    await client.query(
      `declare entries no scroll cursor for
       select to_char(l.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
           as occurred_at,
         ${columns.map((column) => `l.${column}`).join(', ')}
       from app_public.audit_log as l
       where l.occurred_at >= coalesce($1::timestamptz, '-infinity')
         and l.occurred_at < coalesce($2::timestamptz, 'infinity')
         and ($3::bigint is null or l.organization_id = $3)
       order by l.occurred_at, l.id`,
      [since ?? null, until ?? null, organizationId ?? null],
    )
    for (;;) {
      const { rows } = await client.query<Listed>(`fetch ${page} from entries`)
      if (rows.length === 0) return
      await take(rows)
    }
  } finally {
    await client.query('rollback')
  }
}
