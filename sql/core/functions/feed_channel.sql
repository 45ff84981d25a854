create or replace function app_private.feed_channel()
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select 'fluence_' || left(encode(sha256(convert_to(k.key::text, 'UTF8')), 'hex'), 40)
  from app_private.channel_key as k
$$;
comment on function app_private.feed_channel() is
  'The channel on which the number of a brand is told when its feed has grown. Its name is a '
  'secret: everybody who can log in to PostgreSQL may listen to any channel.';
grant execute on function app_private.feed_channel() to fluence_server, fluence_definer;
alter function app_private.feed_channel() owner to fluence_definer;
