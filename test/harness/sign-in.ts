import type pg from 'pg'
import { newOpaque } from '../../src/server/identity/opaque.ts'

/**
 * A new person, member of an organization in that role, with a session of its own; the session's
 * handle. Written by the superuser as signing in would write it.
 */
export async function signIn(
  client: Pick<pg.ClientBase, 'query'>,
  organization: string,
  role: string,
  lifetime = '1 hour',
): Promise<string> {
  // In the form of an API key: the door takes that as it is, without a token around it.
  const handle = newOpaque('apiKey')
  const { rowCount } = await client.query({
    name: 'sign in',
    text: `with person as (
       insert into app_public.users (display_name) values (initcap($2)) returning id
     ),
     membership as (
       insert into app_public.memberships (organization_id, user_id, role)
       select $1, p.id, $2::app_public.user_role_enum from person as p
       returning id, user_id, organization_id, role
     )
     insert into app_private.sessions (
       session_hash, user_id, membership_id, organization_id, acting_brand_id, role,
       second_factor_at, expires_at
     )
     select sha256(convert_to($3, 'UTF8')), m.user_id, m.id, o.id,
       case o.kind when 'brand' then o.id end, m.role, now(), now() + $4::interval
     from membership as m
     join app_public.organizations as o on o.id = m.organization_id`,
    values: [organization, role, handle, lifetime],
  })
  if (rowCount !== 1) throw new Error(`nobody could be signed in for organization ${organization}`)
  return handle
}
