create or replace function app_private.tg__append_only()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'FL004',
    message = format('%I.%I takes new rows only.', TG_TABLE_SCHEMA, TG_TABLE_NAME),
    hint = 'What was noted stays. Note what is right beside it.';
end
$$;
comment on function app_private.tg__append_only() is
  'Refuses to change, delete or empty, whoever asks: owners and superusers too.';
