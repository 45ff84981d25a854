import { newOpaque, sha256Of } from '../../src/server/identity/opaque.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import type { Api } from './api.ts'

export const password = 'Mild-Carpet-57'

export const sql = <T extends object>(api: Api, text: string, values: unknown[] = []) =>
  withClient(api.database.superuserUrl, async (client) => {
    const { rows } = await client.query<T>(text, values)
    return rows
  })

let n = 0
export const newMail = () => `person${(n += 1)}@example.org`

/** What the mail of the last wish would bring: its token. */
export async function tokenOf(api: Api, template: string): Promise<string> {
  const token = newOpaque('mailConfirmation')
  const [mail] = await sql<{ id: string }>(
    api,
    `select max(m.id) as id from app_private.mails as m where m.template = $1`,
    [template],
  )
  await sql(api, 'select app_private.take_mail($1, $2)', [mail?.id, sha256Of(token)])
  return token
}

export const mutate = async (api: Api, text: string, variables = {}, token?: string) => {
  const { status, body } = await api.graphql(`mutation ${text}`, variables, token)
  const [answer] = Object.values(body.data ?? {})
  return { status, code: body.errors?.[0]?.extensions.code, answer: answer as never, body }
}

export const register = (api: Api, mail: string) =>
  mutate(
    api,
    `($mail: String!, $password: String!) {
      register(mail: $mail, password: $password, displayName: "Ann") { done }
    }`,
    { mail, password },
  )

export interface SignIn {
  readonly outcome: string
  readonly role: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly challenge: string | null
}

export const login = async (api: Api, mail: string, secret = password) => {
  const { status, code, answer } = await mutate(
    api,
    `($mail: String!, $secret: String!) {
      login(mail: $mail, password: $secret) {
        outcome role accessToken refreshToken challenge
      }
    }`,
    { mail, secret },
  )
  return { status, code, signIn: answer as SignIn }
}

/** Somebody who has registered, confirmed, and is a member of a brand. */
export async function somebody(
  api: Api,
  role?: string,
  brand = `brand-of-${role}`,
): Promise<string> {
  const mail = newMail()
  await register(api, mail)
  const confirm = await tokenOf(api, 'confirm-mail')
  await mutate(api, '($t: String!) { confirmMail(token: $t) { done } }', { t: confirm })
  if (role === undefined) return mail
  await sql(
    api,
    `insert into app_public.organizations (kind, slug, name, time_zone, currency)
     values ('brand', $1, $1, 'UTC', 'EUR') on conflict do nothing`,
    [brand.replaceAll('_', '-')],
  )
  await sql(
    api,
    `select app_private.add_member(o.id, a.user_id, $3::app_public.user_role_enum)
     from app_public.organizations as o, app_private.user_accounts as a
     where o.slug = $1 and a.mail = $2`,
    [brand.replaceAll('_', '-'), mail, role],
  )
  return mail
}

export const products = async (api: Api, token: string) => {
  const { status, body } = await api.graphql('{ products { totalCount } }', {}, token)
  return body.errors?.[0]?.extensions.code ?? status
}
