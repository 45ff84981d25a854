-- The register of our own error codes. A code that is raised and does not stand here, or stands
-- here and is never raised, fails the guards.
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
      'FL101',
      'unknown_time_zone',
      'The time zone is not one that PostgreSQL knows by its full name.',
      'Use a name of the IANA time zone database, for example Europe/Istanbul.'
    ),
    (
      'FL201',
      'already_retired',
      'The product was retired before.',
      'Nothing is to be done.'
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
