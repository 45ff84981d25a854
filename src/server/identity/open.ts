import type { Pool } from 'pg'
import type { Access } from '../postgres/access.ts'
import { Accounts } from './accounts.ts'
import { DatabaseLogins } from './database-logins.ts'
import { makePasswords, type PasswordOptions } from './passwords.ts'
import { type AccessTokens, makeAccessTokens } from './tokens.ts'

export interface OpenAccounts {
  readonly accounts: Accounts
  readonly tokens: AccessTokens
  close(): Promise<void>
}

export interface AccountsSettings extends PasswordOptions {
  /** The address of the database for people's own logins, where it is another one. */
  readonly addressForPeople?: string
}

/** Signing in, on the server's own connections. */
export function openAccounts(
  access: Access,
  server: Pool,
  { addressForPeople, ...options }: AccountsSettings = {},
): OpenAccounts {
  const passwords = makePasswords(options)
  const logins = new DatabaseLogins(access.root, addressForPeople)
  const tokens = makeAccessTokens({
    secret: access.secretFor('access tokens'),
    issuer: 'fluence',
    audience: 'fluence api',
  })
  return {
    accounts: new Accounts({ server, passwords, tokens, logins }),
    tokens,
    close: () => passwords.close(),
  }
}
