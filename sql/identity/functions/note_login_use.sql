create or replace function app_private.note_login_use()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update app_private.database_logins as l
  set last_used_at = statement_timestamp()
  where l.revoked_at is null
    and coalesce(l.last_used_at < statement_timestamp() - interval '1 minute', true)
    and l.login_oid in (select a.usesysid from pg_catalog.pg_stat_activity as a);
end
$$;
comment on function app_private.note_login_use() is
  'Notes which database logins are connected, at most once a minute each.';
grant execute on function app_private.note_login_use() to fluence_worker;
alter function app_private.note_login_use() owner to fluence_definer;
