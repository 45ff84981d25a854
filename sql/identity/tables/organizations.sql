comment on type app_public.organization_kind is
  'What an organization is: brand (sells), agency (works for brands), platform (runs Fluence).';
comment on type app_public.user_role_enum is
  'The roles a membership gives, one per organization; each is the database role fluence_<role>.';
comment on table app_public.organizations is
  'One row per organization: a brand, an agency, or the platform itself.';
comment on column app_public.organizations.id is
  'Key. For a brand it is the brand_id that leads the key of all its rows.';
comment on column app_public.organizations.kind is 'Brand, agency or platform.';
comment on column app_public.organizations.slug is
  'Short name for addresses and commands: lower case letters, digits, hyphens.';
comment on column app_public.organizations.name is 'Name as people write it.';
comment on column app_public.organizations.time_zone is
  'IANA name of the reporting time zone: a day or month in a report is local to it.';
comment on column app_public.organizations.currency is 'Default currency of its amounts.';
comment on column app_public.organizations.created_at is 'When it was created.';
