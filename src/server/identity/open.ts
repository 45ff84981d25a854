import type { Pool } from 'pg'
import type { Access } from '../postgres/access.ts'
import { Accounts } from './accounts.ts'
import { makePasswords, type PasswordOptions } from './passwords.ts'
import { type AccessTokens, makeAccessTokens } from './tokens.ts'

export interface OpenAccounts {
  readonly accounts: Accounts
  readonly tokens: AccessTokens
  close(): Promise<void>
}

/** Signing in, on the server's own connections. */
export function openAccounts(
  access: Access,
  server: Pool,
  options?: PasswordOptions,
): OpenAccounts {
  const passwords = makePasswords(options)
  const tokens = makeAccessTokens({
    secret: access.secretFor('access tokens'),
    issuer: 'fluence',
    audience: 'fluence api',
  })
  return {
    accounts: new Accounts({ server, passwords, tokens }),
    tokens,
    close: () => passwords.close(),
  }
}
