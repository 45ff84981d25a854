import 'postgraphile'
import type { FieldArgs, Step } from 'postgraphile/grafast'
import { extendSchema, gql } from 'postgraphile/utils'
import type { Accounts, Visit } from '../identity/accounts.ts'
import { Refusal } from './errors.ts'

declare global {
  namespace Grafast {
    interface Context {
      /** Undefined over a WebSocket: nobody signs in there. */
      visit: Visit | undefined
    }
  }
}

/**
 * One of these in a document, under whatever name: else a document of fifty logins would be one
 * request, and so would fifty guesses of a token.
 */
export const oneOfAKind: ReadonlySet<string> = new Set([
  'register',
  'confirmMail',
  'login',
  'giveSecondFactor',
  'refreshSession',
  'switchWorkplace',
  'logout',
  'requestRecovery',
  'recoverPassword',
  'changePassword',
  'changeMail',
  'deleteAccount',
  'enrolSecondFactor',
  'confirmSecondFactor',
  'removeSecondFactor',
  'lookAtInvitation',
  'acceptInvitation',
  'createApiKey',
  'createDatabaseLogin',
  'revokeDatabaseLogin',
])

const typeDefs = gql`
  "What came of an attempt to sign in."
  enum SignInOutcome {
    "A session is open."
    signed_in
    "The password was right; giveSecondFactor with the challenge comes next."
    second_factor
    "A session is open and has no role yet: enrolSecondFactor comes next."
    enrol
  }

  "A session, or what is still missing to one."
  type SignIn {
    outcome: SignInOutcome!
    "The role that the session acts in; visitor where it has none."
    role: String
    "When the session ends unless it is refreshed, or the challenge."
    expiresAt: Datetime!
    "Goes into the header authorization, as a bearer token. Null with cookies."
    accessToken: String
    "Ten minutes from now."
    accessTokenExpiresAt: Datetime
    "For refreshSession, once. Null with cookies."
    refreshToken: String
    "For giveSecondFactor, within five minutes."
    challenge: String
  }

  "It was done. Of what must not be told, nothing is told."
  type Done {
    done: Boolean!
  }

  "A second factor that waits for its first code."
  type SecondFactorSetup {
    "For those who type it into their app."
    secret: String!
    "What the picture says."
    uri: String!
    "A QR code as SVG, for the camera of an authenticator app."
    qrCode: String!
  }

  "The second factor is set up."
  type SecondFactorReady {
    "Each opens the account once in place of a code. They are shown this one time."
    recoveryCodes: [String!]!
  }

  "What an invitation is for."
  type InvitationOffer {
    organizationName: String!
    role: UserRoleEnum!
    mail: String!
    "Whether the address has an account; else a name and a password are wanted."
    hasAccount: Boolean!
  }

  "An API key. It is shown this one time."
  type NewApiKey {
    id: BigInt!
    "Goes into the header authorization, as a bearer token."
    key: String!
  }

  "A database login of a person or a BI tool. Its password is shown this one time."
  type NewDatabaseLogin {
    id: BigInt!
    "Its name in PostgreSQL."
    loginName: String!
    password: String!
    "The address of the database, with name and password in it."
    connectionString: String!
  }

  extend type Mutation {
    "Registers a person. A mail with a link follows, whether the address is known or not."
    register(mail: String!, password: String!, displayName: String!, locale: String): Done

    "Confirms an address by the token of the mail that went there."
    confirmMail(token: String!): Done

    "Signs in with mail and password. With cookies, tokens stay out of the reach of scripts."
    login(mail: String!, password: String!, cookies: Boolean): SignIn

    "Gives a code or a recovery code: with a challenge to end a login, without one again in a session."
    giveSecondFactor(
      challenge: String
      code: String
      recoveryCode: String
      cookies: Boolean
    ): SignIn

    "A new access token, and a new refresh token in place of the old one."
    refreshSession(refreshToken: String): SignIn

    "Another session of the same sign-in, for another membership or a brand that lets the agency act."
    switchWorkplace(membershipId: BigInt!, agencyGrantId: BigInt, cookies: Boolean): SignIn

    "Ends this sign-in, with the sessions that were switched to."
    logout: Done

    "Asks for a mail by which a password can be chosen anew. The answer does not tell if there is such an account."
    requestRecovery(mail: String!): Done

    "Chooses a password anew by the token of a mail. All sessions end; the second factor stays."
    recoverPassword(token: String!, newPassword: String!): Done

    "Changes the password. Sessions elsewhere end."
    changePassword(password: String!, newPassword: String!): Done

    "Asks a new address to confirm itself; the old one stays until it has."
    changeMail(password: String!, mail: String!): Done

    "Deletes the account of whoever asks, who has just given the second factor if there is one. What was done with it stays, without a name."
    deleteAccount(password: String!): Done

    "Begins to set up a second factor."
    enrolSecondFactor: SecondFactorSetup

    "Sets it up by its first code. Sessions elsewhere end."
    confirmSecondFactor(code: String!): SecondFactorReady

    "Takes the second factor away, where no role asks for one."
    removeSecondFactor: Done

    "What an invitation is for, by the token of its mail."
    lookAtInvitation(token: String!): InvitationOffer

    "Accepts an invitation. Nobody is signed in by it."
    acceptInvitation(token: String!, displayName: String, locale: String, password: String): Done

    "Makes an API key for a machine, for two years at most, which ends with the membership of the admin who makes it. For admins who have just given their second factor."
    createApiKey(name: String!, role: UserRoleEnum!, expiresAt: Datetime!): NewApiKey

    "Makes a database login, which ends with the membership of the admin who makes it. For admins who have just given their second factor."
    createDatabaseLogin(
      name: String!
      role: UserRoleEnum!
      expiresAt: Datetime
      connectionLimit: Int
      "The member whose login it is: it ends with the membership."
      membershipId: BigInt
      "For an agency: the grant by which it acts for a brand, and with which it ends."
      agencyGrantId: BigInt
    ): NewDatabaseLogin

    "Ends a database login and its connections. For admins who have just given their second factor."
    revokeDatabaseLogin(name: String!): Done
  }
`

/** Mutations that are not SQL's alone: they have to do with passwords, codes or tokens. */
export const signInPlugin = (accounts: Accounts | undefined): GraphileConfig.Plugin =>
  extendSchema((build) => {
    const { context, sideEffect } = build.grafast
    const act =
      (name: keyof Accounts) =>
      (_root: Step, args: FieldArgs): Step =>
        sideEffect([context().get('visit'), args.getRaw()], ([visit, given]) => {
          if (visit === undefined) {
            throw new Refusal('FL901', 'Nobody signs in over a WebSocket.', 400)
          }
          const work = accounts?.[name] as ((visit: Visit, given: unknown) => unknown) | undefined
          return work?.call(accounts, visit, given)
        })
    const plans = [...oneOfAKind].map((name) => [name, act(name as keyof Accounts)])
    return { typeDefs, objects: { Mutation: { plans: Object.fromEntries(plans) } } }
  }, 'SignInPlugin')
