create or replace function app_private.note_key_use(handle text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update app_private.sessions as s
  set last_used_at = statement_timestamp()
  where s.session_hash = sha256(convert_to(note_key_use.handle, 'UTF8'))
    and s.kind = 'api_key'
    and coalesce(s.last_used_at < statement_timestamp() - interval '1 minute', true);
end
$$;
comment on function app_private.note_key_use(text) is
  'Notes that an API key is in use, at most once a minute.';
grant execute on function app_private.note_key_use(text) to fluence_server;
alter function app_private.note_key_use(text) owner to fluence_definer;
