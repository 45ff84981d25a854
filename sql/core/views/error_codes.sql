-- The register of our own error codes. A code that is raised and does not stand here, or stands
-- here and is never raised, fails the guards. FL9 is the door's: raised in src/server/graphql.
create or replace view app_public.error_codes
with (security_invoker = true) as
select
  e.code,
  e.name,
  e.meaning,
  e.advice
from (
  values
    (
      'FL001',
      'no_brand',
      'The caller does not act for a brand, so there is nothing to write to.',
      'Sign in and choose a brand; a database login must be bound to one.'
    ),
    (
      'FL002',
      'not_found',
      'There is no such row, or it belongs to somebody else.',
      'Check the id.'
    ),
    (
      'FL003',
      'feed_does_not_go_on',
      'The feed keeps a day of entries; the position is older than that, or there is none such.',
      'Ask for feedPosition, load anew what you show, and follow the feed from there.'
    ),
    (
      'FL101',
      'unknown_time_zone',
      'The time zone is not one that PostgreSQL knows by its full name.',
      'Use a name of the IANA time zone database, for example Europe/Istanbul.'
    ),
    (
      'FL102',
      'not_signed_in',
      'Nobody is signed in, or not a person: an API key or a database login cannot do this.',
      'Sign in.'
    ),
    (
      'FL103',
      'not_admin',
      'Only an admin can do this; for some things, an admin of the platform.',
      'Ask an admin.'
    ),
    (
      'FL110',
      'too_many_attempts',
      'There were too many attempts on this account, or from this address.',
      'Wait as long as the message says.'
    ),
    (
      'FL111',
      'wrong_credentials',
      'The mail or the password is wrong, or not confirmed yet, or it took too long.',
      'Try again, recover the password, or first follow the link of your registration.'
    ),
    (
      'FL113',
      'account_closed',
      'The password is right, but the account was deactivated.',
      'Ask an admin of the platform.'
    ),
    (
      'FL114',
      'wrong_code',
      'The code is wrong, was used before, or came too late.',
      'Wait for the next code, or use a recovery code.'
    ),
    (
      'FL115',
      'token_void',
      'The link of the mail is unknown, was used before, or is over.',
      'Ask for another mail.'
    ),
    (
      'FL116',
      'newcomer',
      'The invitation is for somebody who has no account yet.',
      'Accept it with a name and a password.'
    ),
    (
      'FL117',
      'second_factor_again',
      'This asks for the second factor, given within the last five minutes.',
      'Give a new code, then try again.'
    ),
    (
      'FL118',
      'second_factor_needed',
      'A role of this person asks for a second factor.',
      'Change to another device instead of removing it.'
    ),
    (
      'FL120',
      'last_admin',
      'The last admin of an organization can neither leave nor lose the role.',
      'Make somebody else an admin before.'
    ),
    (
      'FL121',
      'already_member',
      'This person is a member of the organization already.',
      'Change the role instead.'
    ),
    (
      'FL122',
      'role_not_given',
      'This role cannot be given in this way.',
      'Choose another role.'
    ),
    (
      'FL123',
      'login_unfit',
      'The database login is not a plain one with exactly its one business role.',
      'Create it with fluence login create.'
    ),
    (
      'FL124',
      'too_many_logins',
      'The organization has as many database logins as it may have.',
      'Revoke one that nobody uses; fluence login list tells when each was used last.'
    ),
    (
      'FL125',
      'too_many_connections',
      'The database logins of the organization could hold more connections than they may in all.',
      'Give the new one fewer, or revoke one that nobody uses.'
    ),
    (
      'FL201',
      'already_retired',
      'The product was retired before.',
      'Nothing is to be done.'
    ),
    (
      'FL901',
      'malformed',
      'The request is not one that can be understood.',
      'Mend the request; the message says where.'
    ),
    (
      'FL902',
      'too_much',
      'The request asks for more than one request may.',
      'Ask for less, in several requests.'
    ),
    (
      'FL903',
      'signed_out',
      'The session is over or was never there.',
      'Sign in again.'
    ),
    (
      'FL904',
      'unknown_operation',
      'The operation is not one of those that this server knows.',
      'Send a known one.'
    ),
    (
      'FL905',
      'unavailable',
      'The database does not answer at the moment.',
      'Try again in a little while.'
    ),
    (
      'FL906',
      'internal',
      'Something went wrong on our side.',
      'Tell the operator the reference; the log has the rest.'
    ),
    (
      'FL907',
      'busy',
      'More people are signing in than the server has hands for.',
      'Try again in a few seconds.'
    ),
    (
      'FL908',
      'weak_password',
      'The password is not what a password must be.',
      'Choose another one; the message says what it must have.'
    ),
    (
      'FL911',
      'duplicate',
      'There is such a row already.',
      'Change the value that must be unique.'
    ),
    (
      'FL912',
      'still_referenced',
      'Another row refers to this one, or the one referred to is missing.',
      'Check the reference.'
    ),
    (
      'FL913',
      'rule_broken',
      'A value breaks a rule; its name stands beside the code.',
      'Change the value.'
    ),
    (
      'FL914',
      'missing_value',
      'A value is missing.',
      'Give it.'
    ),
    (
      'FL915',
      'invalid_value',
      'A value is not of its type or out of its range.',
      'Change the value.'
    ),
    (
      'FL916',
      'forbidden',
      'The role of the caller has not got the right.',
      'Ask somebody who has.'
    ),
    (
      'FL917',
      'conflict',
      'Somebody else changed the same rows at the same time.',
      'Try again.'
    ),
    (
      'FL918',
      'too_slow',
      'It took longer than it may.',
      'Ask for less.'
    )
) as e (code, name, meaning, advice);

comment on view app_public.error_codes is
  E'@primaryKey code\nOne row per error code of our own: what it means and what to do about it.';
comment on column app_public.error_codes.code is
  'SQLSTATE of class FL, as it stands in the answer.';
comment on column app_public.error_codes.name is 'Short name, stable, for use in programs.';
comment on column app_public.error_codes.meaning is 'What happened.';
comment on column app_public.error_codes.advice is 'What the reader can do about it.';

grant select on app_public.error_codes to
  fluence_visitor, fluence_admin, fluence_analyst, fluence_marketing_manager,
  fluence_campaign_manager, fluence_product_manager, fluence_influencer_manager,
  fluence_finance_manager, fluence_support_agent, fluence_influencer, fluence_agency_manager,
  fluence_auditor;
