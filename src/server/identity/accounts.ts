import type { Pool } from 'pg'
import { Refusal } from '../graphql/errors.ts'
import { oneAddress } from '../mail/address.ts'
import { pause } from '../postgres/processes.ts'
import { asRequest } from './as-request.ts'
import type { DatabaseLogins } from './database-logins.ts'
import { newOpaque, sha256Of } from './opaque.ts'
import { type BrokenRule, brokenRules, type Known } from './password-rule.ts'
import { Busy, type Passwords } from './passwords.ts'
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts'
import { type AccessTokens, accessTokenSeconds } from './tokens.ts'
import { newTotpSecret, qrSvg, stepOf, totpSecretText, totpUri } from './totp.ts'

/** Who asks, as far as the request tells. */
export interface Visit {
  /** The session that the request was made in, if any. */
  readonly handle: string
  /** Stands for the address that it comes from, which is not stored. */
  readonly addressKey: string
  /** What it comes from, in two or three words, for the list of sessions. */
  readonly device: string
  readonly refreshCookie: string | undefined
  /** Keeps tokens in the browser, out of the reach of its scripts; undefined takes them away. */
  keep(tokens: KeptTokens | undefined): void
}

export interface KeptTokens {
  readonly access: string
  readonly refresh: string
  readonly sessionExpiresAt: Date
}

/** What SQL answers to each step of signing in. */
interface Step {
  readonly outcome: 'signed_in' | 'second_factor' | 'enrol'
  readonly role: string | null
  readonly expires_at: Date
}

export interface SignedIn {
  readonly outcome: Step['outcome']
  readonly role: string | null
  readonly expiresAt: string
  readonly accessToken: string | null
  readonly accessTokenExpiresAt: string | null
  readonly refreshToken: string | null
  readonly challenge: string | null
}

export interface AccountsOptions {
  readonly server: Pool
  readonly passwords: Passwords
  readonly tokens: AccessTokens
  readonly logins: DatabaseLogins
}

/** Answers that must not tell by their time what they found take at least this long. */
const discreetMs = 150

const done = { done: true } as const

/**
 * Signing in and what belongs to it. SQL has the rules and the state; here is what must not reach the
 * database, or not inside of a transaction: passwords, codes, tokens.
 */
export class Accounts {
  readonly #server: Pool
  readonly #passwords: Passwords
  readonly #tokens: AccessTokens
  readonly #logins: DatabaseLogins

  constructor({ server, passwords, tokens, logins }: AccountsOptions) {
    this.#server = server
    this.#passwords = passwords
    this.#tokens = tokens
    this.#logins = logins
  }

  async register(
    visit: Visit,
    given: { mail: string; password: string; displayName: string; locale?: string | null },
  ) {
    const { password, displayName, locale } = given
    const mail = oneAddress(given.mail)
    refuseWeak(password, { mail, name: displayName })
    const about = [mail, displayName, locale ?? 'en']
    const attempt = await this.#begin('select app_private.register_begin($1, $2, $3, $4)', [
      ...about,
      visit.addressKey,
    ])
    const hash = await this.#hash(attempt, password)
    await this.#discreetly('select app_private.register_account($1, $2, $3, $4, $5)', [
      attempt,
      ...about,
      hash,
    ])
    return done
  }

  async confirmMail(_visit: Visit, { token }: { token: string }) {
    await this.#ask('select app_private.confirm_mail($1)', [sha256Of(token)])
    return done
  }

  async login(visit: Visit, given: { mail: string; password: string; cookies?: boolean | null }) {
    const attempt = await this.#one<{ attempt_id: string; password_hash: string | null }>(
      'select * from app_private.login_begin($1, $2)',
      [oneAddress(given.mail), visit.addressKey],
    )
    const hash = attempt.password_hash ?? undefined
    const matched = await this.#matches(attempt.attempt_id, given.password, hash)
    const stale = matched && hash !== undefined && this.#passwords.needsRehash(hash)
    const keys = newKeys()
    const step = await this.#one<Step>(
      'select * from app_private.login_finish($1, $2, $3, $4, $5, $6, $7)',
      [
        attempt.attempt_id,
        matched,
        sha256Of(keys.handle),
        sha256Of(keys.refresh),
        sha256Of(keys.challenge),
        visit.device,
        stale ? await this.#betterHash(given.password) : null,
      ],
    )
    return this.#signedIn(visit, step, keys, given.cookies)
  }

  /** With the challenge of a login it ends the login; without one it is given again in a session. */
  async giveSecondFactor(
    visit: Visit,
    given: {
      challenge?: string | null
      code?: string | null
      recoveryCode?: string | null
      cookies?: boolean | null
    },
  ) {
    const proof = sha256Of(given.challenge ?? visit.handle)
    const attempt = await this.#one<{ attempt_id: string; secret: Buffer | null }>(
      'select * from app_private.second_factor_begin($1, $2)',
      [proof, visit.addressKey],
    )
    const keys = newKeys()
    const step = await this.#one<Step>(
      'select * from app_private.second_factor_finish($1, $2, $3, $4, $5, $6, $7)',
      [
        attempt.attempt_id,
        proof,
        stepIn(given.code, attempt.secret),
        recoveryCodeHash(given.recoveryCode ?? '') ?? null,
        sha256Of(keys.handle),
        sha256Of(keys.refresh),
        visit.device,
      ],
    )
    if (given.challenge == null) return signedInAlready(step)
    return this.#signedIn(visit, step, keys, given.cookies)
  }

  async refreshSession(visit: Visit, given: { refreshToken?: string | null }): Promise<SignedIn> {
    const old = given.refreshToken ?? visit.refreshCookie ?? ''
    const keys = { ...newKeys(), handle: handleIn(old) }
    const refresh = refreshFor(keys.handle)
    const [step] = await this.#ask<Step>('select * from app_private.refresh_session($1, $2)', [
      sha256Of(old),
      sha256Of(refresh),
    ])
    if (step === undefined) {
      visit.keep(undefined)
      throw new Refusal('FL903', 'The session is over. Sign in again.', 401)
    }
    return this.#signedIn(visit, step, { ...keys, refresh }, given.refreshToken == null)
  }

  async switchWorkplace(
    visit: Visit,
    given: {
      membershipId: string
      agencyGrantId?: string | null
      cookies?: boolean | null
    },
  ) {
    const keys = newKeys()
    const step = await this.#one<Step>(
      'select * from app_private.switch_session($1, $2, $3, $4, $5)',
      [
        sha256Of(visit.handle),
        given.membershipId,
        given.agencyGrantId ?? null,
        sha256Of(keys.handle),
        sha256Of(keys.refresh),
      ],
    )
    return this.#signedIn(visit, step, keys, given.cookies)
  }

  async logout(visit: Visit) {
    await this.#ask('select app_private.logout($1)', [sha256Of(visit.handle)])
    visit.keep(undefined)
    return done
  }

  async requestRecovery(visit: Visit, { mail }: { mail: string }) {
    await this.#discreetly('select app_private.recover_begin($1, $2)', [
      oneAddress(mail),
      visit.addressKey,
    ])
    return done
  }

  async recoverPassword(visit: Visit, given: { token: string; newPassword: string }) {
    const hash = await this.#byToken(visit, 'recover', given.token, given.newPassword)
    await this.#ask('select app_private.recover_finish($1, $2)', [sha256Of(given.token), hash])
    return done
  }

  async changePassword(visit: Visit, given: { password: string; newPassword: string }) {
    refuseWeak(given.newPassword)
    const { attempt_id, matched } = await this.#passwordAgain(visit, given.password)
    const hash = await this.#hash(attempt_id, given.newPassword)
    await this.#ask('select app_private.change_password($1, $2, $3, $4)', [
      attempt_id,
      sha256Of(visit.handle),
      matched,
      hash,
    ])
    return done
  }

  async changeMail(visit: Visit, given: { password: string; mail: string }) {
    const { attempt_id, matched } = await this.#passwordAgain(visit, given.password)
    await this.#discreetly('select app_private.change_mail($1, $2, $3, $4)', [
      attempt_id,
      sha256Of(visit.handle),
      matched,
      oneAddress(given.mail),
    ])
    return done
  }

  async deleteAccount(visit: Visit, { password }: { password: string }) {
    const { attempt_id, matched } = await this.#passwordAgain(visit, password)
    await this.#ask('select app_private.delete_account($1, $2, $3)', [
      attempt_id,
      sha256Of(visit.handle),
      matched,
    ])
    visit.keep(undefined)
    return done
  }

  async enrolSecondFactor(visit: Visit) {
    const secret = newTotpSecret()
    const { mail } = await this.#one<{ mail: string | null }>(
      'select app_private.second_factor_enrol($1, $2) as mail',
      [sha256Of(visit.handle), secret],
    )
    const uri = totpUri(secret, 'Fluence', mail ?? 'Fluence')
    return { secret: totpSecretText(secret), uri, qrCode: qrSvg(uri) }
  }

  async confirmSecondFactor(visit: Visit, { code }: { code: string }) {
    const session = sha256Of(visit.handle)
    const attempt = await this.#one<{ attempt_id: string; secret: Buffer | null }>(
      'select * from app_private.second_factor_wanted($1, $2)',
      [session, visit.addressKey],
    )
    const recoveryCodes = newRecoveryCodes()
    await this.#ask('select app_private.second_factor_confirm($1, $2, $3, $4)', [
      attempt.attempt_id,
      session,
      stepIn(code, attempt.secret),
      recoveryCodes.map((each) => recoveryCodeHash(each)),
    ])
    return { recoveryCodes }
  }

  async removeSecondFactor(visit: Visit) {
    await this.#ask('select app_private.second_factor_remove($1)', [sha256Of(visit.handle)])
    return done
  }

  async lookAtInvitation(_visit: Visit, { token }: { token: string }) {
    const found = await this.#one<{
      organization_name: string
      role: string
      mail: string
      has_account: boolean
    }>('select * from app_private.look_at_invitation($1)', [sha256Of(token)])
    return {
      organizationName: found.organization_name,
      role: found.role,
      mail: found.mail,
      hasAccount: found.has_account,
    }
  }

  async acceptInvitation(
    visit: Visit,
    given: {
      token: string
      displayName?: string | null
      locale?: string | null
      password?: string | null
    },
  ) {
    const { token, displayName = null, locale, password } = given
    const known = { name: displayName ?? '' }
    const hash =
      password == null ? null : await this.#byToken(visit, 'invite', token, password, known)
    await this.#ask('select app_private.accept_invitation($1, $2, $3, $4)', [
      sha256Of(token),
      displayName,
      locale ?? 'en',
      hash,
    ])
    return done
  }

  async createApiKey(visit: Visit, given: { name: string; role: string; expiresAt: string }) {
    const key = newOpaque('apiKey')
    const { id } = await this.#one<{ id: string }>(
      'select app_private.create_api_key($1, $2, $3, $4, $5) as id',
      [sha256Of(visit.handle), given.name, given.role, given.expiresAt, sha256Of(key)],
    )
    return { id, key }
  }

  createDatabaseLogin(
    visit: Visit,
    given: {
      name: string
      role: string
      expiresAt?: string | null
      connectionLimit?: number | null
      membershipId?: string | null
      agencyGrantId?: string | null
    },
  ) {
    const { connectionLimit: connections, ...wanted } = given
    return this.#logins.create({ session: sha256Of(visit.handle) }, { ...wanted, connections })
  }

  async revokeDatabaseLogin(visit: Visit, { name }: { name: string }) {
    await this.#logins.revoke({ session: sha256Of(visit.handle) }, name)
    return done
  }

  /** Checks a password again in a session; SQL counts it and decides. */
  async #passwordAgain(visit: Visit, password: string) {
    const [attempt] = await this.#ask<{ attempt_id: string; password_hash: string | null }>(
      'select * from app_private.password_begin($1, $2)',
      [sha256Of(visit.handle), visit.addressKey],
    )
    if (attempt === undefined) throw new Refusal('FL903', 'The account is gone.', 401)
    const { attempt_id, password_hash } = attempt
    const matched = await this.#matches(attempt_id, password, password_hash ?? undefined)
    return { attempt_id, matched }
  }

  /** The hash of a password that the token of a mail lets somebody set. */
  async #byToken(
    visit: Visit,
    purpose: 'recover' | 'invite',
    token: string,
    password: string,
    known: Known = {},
  ): Promise<string> {
    refuseWeak(password, known)
    const attempt = await this.#begin('select app_private.token_begin($1, $2, $3)', [
      sha256Of(token),
      purpose,
      visit.addressKey,
    ])
    return this.#hash(attempt, password)
  }

  /** Counts an attempt before anything of it costs time; its number. */
  async #begin(text: string, values: unknown[]): Promise<string> {
    const { id } = await this.#one<{ id: string }>(`${text} as id`, values)
    return id
  }

  #hash(attempt: string, password: string): Promise<string> {
    return this.#inTurn(attempt, this.#passwords.hashPassword(password))
  }

  /** It can wait for another login. */
  async #betterHash(password: string): Promise<string | null> {
    try {
      return await this.#passwords.hashPassword(password)
    } catch (error) {
      if (error instanceof Busy) return null
      throw error
    }
  }

  #matches(attempt: string, password: string, hash: string | undefined): Promise<boolean> {
    // No password is that long; it is compared with nothing, which takes as long.
    const possible = Buffer.byteLength(password) <= 1000
    return this.#inTurn(
      attempt,
      this.#passwords.verifyPassword(possible ? password : '', possible ? hash : undefined),
    )
  }

  /** Who finds the queue full has tried nothing, so the attempt is given back. */
  async #inTurn<T>(attempt: string, work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (!(error instanceof Busy)) throw error
      await this.#ask('select app_private.give_back_attempt($1)', [attempt])
      const when = `Try again in ${error.retryAfterSeconds} seconds.`
      throw new Refusal('FL907', `Too many people are signing in at this moment. ${when}`, 503)
    }
  }

  async #signedIn(
    visit: Visit,
    step: Step,
    keys: Keys,
    cookies: boolean | null | undefined,
  ): Promise<SignedIn> {
    const { outcome, role, expires_at } = step
    const common = { outcome, role, expiresAt: expires_at.toISOString() }
    const nothing = { accessToken: null, accessTokenExpiresAt: null, refreshToken: null }
    if (outcome === 'second_factor') return { ...common, ...nothing, challenge: keys.challenge }
    const now = new Date()
    const access = await this.#tokens.issue(keys.handle, now)
    const accessTokenExpiresAt = new Date(now.getTime() + accessTokenSeconds * 1000).toISOString()
    if (cookies) {
      visit.keep({ access, refresh: keys.refresh, sessionExpiresAt: expires_at })
      return { ...common, ...nothing, accessTokenExpiresAt, challenge: null }
    }
    return {
      ...common,
      accessToken: access,
      accessTokenExpiresAt,
      refreshToken: keys.refresh,
      challenge: null,
    }
  }

  async #ask<T extends object>(text: string, values: unknown[]): Promise<T[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { rows } = await asRequest(this.#server, (one) => one.query<T>(text, values))
        return rows
      } catch (error) {
        // One statement is one transaction: nothing of it happened, and the other one is through.
        if (attempt === 3 || !metAnother(error)) throw error
        await pause(Math.random() * 50)
      }
    }
  }

  async #one<T extends object>(text: string, values: unknown[]): Promise<T> {
    const [row] = await this.#ask<T>(text, values)
    if (row === undefined) throw new Error('SQL answered nothing')
    return row
  }

  /** What there is and what there is not look alike, by the clock too. */
  async #discreetly(text: string, values: unknown[]): Promise<void> {
    const [asked] = await Promise.allSettled([this.#ask(text, values), pause(discreetMs)])
    if (asked.status === 'rejected') throw asked.reason
  }
}

/** Two transactions waited for each other, and PostgreSQL ended this one. */
const metAnother = (error: unknown) => ['40001', '40P01'].includes(String(Object(error).code))

interface Keys {
  readonly handle: string
  readonly refresh: string
  readonly challenge: string
}

function newKeys(): Keys {
  const handle = newOpaque('session')
  return { handle, refresh: refreshFor(handle), challenge: newOpaque('challenge') }
}

/** A refresh token has the handle of its session in it, which is stored nowhere else. */
const refreshFor = (handle: string) => `${newOpaque('refresh')}.${handle}`
const handleIn = (refresh: string) => refresh.split('.')[1] ?? ''

const stepIn = (code: string | null | undefined, secret: Buffer | null) =>
  code == null || secret === null ? null : (stepOf(code, secret, new Date()) ?? null)

/** The session that asks goes on; it has its tokens. */
const signedInAlready = ({ outcome, role, expires_at }: Step): SignedIn => ({
  outcome,
  role,
  expiresAt: expires_at.toISOString(),
  accessToken: null,
  accessTokenExpiresAt: null,
  refreshToken: null,
  challenge: null,
})

/** What a password must be, rule by rule. */
export const inWords: Record<BrokenRule, string> = {
  too_short: 'have at least 8 characters',
  too_long: 'have at most 1,000 bytes',
  not_text: 'be text',
  no_digit: 'have a digit',
  no_upper_case: 'have an upper case letter',
  no_lower_case: 'have a lower case letter',
  no_special_character: 'have a special character',
  repeats_a_character: 'have no character twice in a row',
  repeats_itself: 'not be one part over and over',
  too_common: 'not be mostly common words',
  like_the_account: 'not be mostly your mail or name',
}

function refuseWeak(password: string, known: Known = {}): void {
  const rules = brokenRules(password, known)
  if (rules.length === 0) return
  throw new Refusal(
    'FL908',
    `A password must ${rules.map((rule) => inWords[rule]).join(', ')}.`,
    400,
  )
}
