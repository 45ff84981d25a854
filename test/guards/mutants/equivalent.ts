const ofFunction = 'It reads a function alone, and EXECUTE is always asked of the caller.'
const ofView = 'It reads views alone that ask the caller themselves.'
const ofNothing = 'It reads nothing.'
const ofHouse = 'People have no right to it or to its schema; functions of the house alone read it.'
const ofEverybody =
  'It is for all people already; the house is nobody, so it finds none of its own.'

/**
 * Mutants that change nothing for anybody, and why. Each must be there, and must survive. The rules
 * of the house (sql/lint) find most of them all the same.
 */
export const equivalent: Readonly<Record<string, string>> = {
  'policy select_colleagues on app_public.users: for public':
    'Who has no colleagues sees no membership either, and the policy asks for those.',
  'policy select_own on app_public.users: for public': ofEverybody,
  'policy update_own on app_public.users: for public': ofEverybody,
  'view app_hidden.category_stock_drift: without security_invoker': ofView,
  'view app_private.access_rights: without security_invoker': ofHouse,
  'view app_private.attempt_limits: without security_invoker': ofNothing,
  'view app_private.sealed_tables: without security_invoker': ofHouse,
  'view app_private.sensitive_data: without security_invoker': ofNothing,
  'view app_public.api_keys: without security_invoker': ofFunction,
  'view app_public.database_logins: without security_invoker': ofFunction,
  'view app_public.error_codes: without security_invoker': ofNothing,
  'view app_public.members: without security_invoker': ofFunction,
  'view app_public.open_invitations: without security_invoker': ofFunction,
  'view app_public.own_sessions: without security_invoker': ofFunction,
  'view app_public.own_workplaces: without security_invoker': ofFunction,
  'view reporting.access_review: without security_invoker': ofFunction,
  'view reporting.category_stock: without security_invoker': ofView,
  'view reporting.jobs: without security_invoker': ofFunction,
  'view reporting.rollup_drift: without security_invoker': ofView,
  "view app_private.current_login: without (SESSION_USER <> 'fluence_authenticator'::name)":
    "The server's login is none that could be bound, so no row is about it.",
  'function app_private.acting_admin(): o.id = v_caller.organization_id is true':
    'It would lock more organizations than it needs.',
  'function app_public.leave_organization(): o.id = v_caller.organization_id is true':
    'It would lock more organizations than it needs.',
  'function app_public.retire_product(bigint): p.brand_id = (select app_public.current_brand_id()) is true':
    'It has the rights of its caller, and the policy says the same.',
}
