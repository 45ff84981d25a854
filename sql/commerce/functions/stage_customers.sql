-- COPY is refused on a table with row level security, and without it a table would show a brand's
-- rows to another. A temporary one is this connection's alone, and nothing of it is written ahead.
create or replace function app_private.stage_customers()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  create temporary table staged_customers (
    line bigint primary key,
    id bigint not null,
    channel integer,
    since date not null,
    is_account_deleted boolean not null,
    name_mask text not null,
    mail_mask text not null,
    phone_mask text not null,
    address_mask text not null,
    person_ref uuid not null,
    key_version integer not null,
    name app_private.sealed not null,
    mail app_private.sealed not null,
    phone app_private.sealed not null,
    address app_private.sealed not null,
    mail_hash app_private.keyed_hash not null,
    phone_hash app_private.keyed_hash not null,
    address_hash app_private.keyed_hash not null,
    whole_hash app_private.keyed_hash not null,
    is_alone boolean,
    field text,
    code text
  ) on commit drop;
  grant select, update (is_alone, field, code) on pg_temp.staged_customers to fluence_definer;
end
$$;
comment on function app_private.stage_customers() is
  'Makes the table pg_temp.staged_customers, to which a batch of an import is copied, for the '
  'length of this transaction.';
grant execute on function app_private.stage_customers() to fluence_server;
