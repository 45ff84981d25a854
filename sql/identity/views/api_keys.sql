create or replace view app_public.api_keys
with (security_invoker = true) as
select
  v.id,
  v.name,
  v.role,
  v.created_by,
  v.created_at,
  v.expires_at,
  v.last_used_at,
  v.revoked_at
from app_private.visible_api_keys() as v;

comment on view app_public.api_keys is
  E'@primaryKey id\n'
  'One row per API key of the organization, also when it is over.';
comment on column app_public.api_keys.id is 'Number by which revoke_api_key() ends it.';
comment on column app_public.api_keys.name is 'What it is for.';
comment on column app_public.api_keys.role is 'Role that it acts in.';
comment on column app_public.api_keys.created_by is 'Who made it.';
comment on column app_public.api_keys.created_at is 'When.';
comment on column app_public.api_keys.expires_at is 'When it ends by itself.';
comment on column app_public.api_keys.last_used_at is 'When it was used last, to the minute.';
comment on column app_public.api_keys.revoked_at is 'When it was ended before that.';

grant select on app_public.api_keys to fluence_admin, fluence_auditor;
