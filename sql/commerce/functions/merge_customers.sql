-- As if the rows had come one by one, in the order of their lines; so it makes no difference where
-- a batch ends. Nearly all rows have nothing to do with each other and are merged as one set. Rows
-- that hand a mail or phone from one customer to another go one by one. Each row is looked up by
-- its key, whatever the planner thinks of tables of which it has no statistics yet; and for a brand
-- like any other, because of one that is new it thinks that any index will do. (Before
-- PostgreSQL 18 that makes plans look dear enough to be compiled, which takes longer than they do.)
create or replace function app_private.merge_customers(
  brand_id bigint,
  run_id bigint,
  rows_read bigint,
  lines bigint[],
  fields text[],
  codes text[]
)
returns table (line bigint, field text, code text)
language plpgsql
volatile
strict
security definer
set search_path = pg_catalog, pg_temp
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  v_brand_id constant bigint := merge_customers.brand_id;
  v_today constant date := app_private.brand_today(merge_customers.brand_id);
  v_turn record;
  v_rows bigint;
  v_added bigint := 0;
  v_changed bigint := 0;
begin
  -- What this adds is covered by the run's own entry in the audit log.
  perform set_config('fluence.import_run', merge_customers.run_id::text, true);
  -- One batch of a brand at a time: what is found to be free here is free until the commit.
  perform pg_advisory_xact_lock(
    hashtextextended('fluence import of customers', v_brand_id)
  );

  with found as (
    select
      s.line,
      s.id,
      s.mail_hash,
      s.phone_hash,
      row_number() over (partition by s.id order by s.line) > 1
        or (
          select k.line
          from app_private.import_keys as k
          where k.brand_id = v_brand_id
            and k.run_id = merge_customers.run_id
            and k.key = s.id::text
        ) is not null as came_before
    from pg_temp.staged_customers as s
  ),
  -- A hash that is wanted by one row, and wanted or still held by another one of the batch.
  claims as (
    select f.id, h.hash
    from found as f
    cross join lateral (values (f.mail_hash), (f.phone_hash)) as h (hash)
    where not f.came_before
    union all
    select i.customer_id, h.hash
    from found as f
    join app_private.customer_identities as i
      on i.brand_id = v_brand_id and i.customer_id = f.id
    cross join lateral (values (i.mail_hash), (i.phone_hash)) as h (hash)
    where not f.came_before
  ),
  disputes as (
    select
      c.id,
      min(c.id) over (partition by c.hash) <> max(c.id) over (partition by c.hash) as is_so
    from claims as c
  )
  update pg_temp.staged_customers as s
  set is_alone = f.id not in (select d.id from disputes as d where d.is_so),
    field = case when f.came_before then 'customer_id' end,
    code = case when f.came_before then 'FL922' end
  from found as f
  where f.line = s.line;

  insert into app_private.import_keys (brand_id, run_id, key, line)
  select v_brand_id, merge_customers.run_id, s.id::text, s.line
  from pg_temp.staged_customers as s
  where s.code is null;

  for v_turn in
    select true as is_alone, min(s.line) as first_line, max(s.line) as last_line
    from pg_temp.staged_customers as s
    where s.code is null and s.is_alone
    union all
    select false, s.line, s.line
    from pg_temp.staged_customers as s
    where s.code is null and not s.is_alone
    order by 1 desc, 2
  loop
    -- Who is changed is locked first, in the order of ids: an erasure comes before or after.
    perform
    from pg_temp.staged_customers as s
    join app_public.customers as c on c.brand_id = v_brand_id and c.id = s.id
    left join app_private.customer_identities as i
      on i.brand_id = c.brand_id and i.customer_id = c.id
    where s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and (i.whole_hash, c.channel, c.since, c.is_account_deleted)
        is distinct from (s.whole_hash, s.channel, s.since, s.is_account_deleted)
    order by c.id
    for update of c;

    update pg_temp.staged_customers as s
    set field = v.field, code = v.code
    from pg_temp.staged_customers as t
    cross join lateral (
      select *
      from (
        values
          (
            1, 'customer_id', 'FL302',
            exists (
              select from app_public.customers as c
              where c.brand_id = v_brand_id and c.id = t.id and c.erased_at is not null
            )
          ),
          (2, 'since', 'FL301', t.since > v_today),
          (
            3, 'customer_mail', 'FL911',
            exists (
              select from app_private.customer_identities as i
              where i.brand_id = v_brand_id
                and i.mail_hash = t.mail_hash
                and i.customer_id <> t.id
            )
          ),
          (
            4, 'customer_phone', 'FL911',
            exists (
              select from app_private.customer_identities as i
              where i.brand_id = v_brand_id
                and i.phone_hash = t.phone_hash
                and i.customer_id <> t.id
            )
          )
      ) as e (n, field, code, is_so)
      where e.is_so
      order by e.n
      limit 1
    ) as v
    where s.line = t.line
      and t.line between v_turn.first_line and v_turn.last_line
      and t.is_alone = v_turn.is_alone
      and t.code is null;

    insert into app_public.channels (brand_id, code, title)
    select distinct v_brand_id, s.channel, format('Channel %s', s.channel)
    from pg_temp.staged_customers as s
    where s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and s.channel is not null
    order by 2
    on conflict on constraint channels_pkey do nothing;

    with renewed as (
      update app_private.customer_identities as i
      set person_ref = s.person_ref,
        key_version = s.key_version,
        name = s.name,
        mail = s.mail,
        phone = s.phone,
        address = s.address,
        mail_hash = s.mail_hash,
        phone_hash = s.phone_hash,
        address_hash = s.address_hash,
        whole_hash = s.whole_hash
      from pg_temp.staged_customers as s
      where i.brand_id = v_brand_id
        and i.customer_id = s.id
        and i.whole_hash <> s.whole_hash
        and s.line between v_turn.first_line and v_turn.last_line
        and s.is_alone = v_turn.is_alone
        and s.code is null
      returning i.customer_id
    )
    update app_public.customers as c
    set name_mask = s.name_mask,
      mail_mask = s.mail_mask,
      phone_mask = s.phone_mask,
      address_mask = s.address_mask,
      channel = s.channel,
      since = s.since,
      is_account_deleted = s.is_account_deleted
    from pg_temp.staged_customers as s
    left join renewed as r on r.customer_id = s.id
    where c.brand_id = v_brand_id
      and c.id = s.id
      and c.erased_at is null
      and s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and (
        r.customer_id is not null
        or (c.channel, c.since, c.is_account_deleted)
          is distinct from (s.channel, s.since, s.is_account_deleted)
      );
    get diagnostics v_rows = row_count;
    v_changed := v_changed + v_rows;

    insert into app_public.customers (
      brand_id, id, source, name_mask, mail_mask, phone_mask, address_mask, channel, since,
      is_account_deleted
    )
    select
      v_brand_id, s.id, 'shop', s.name_mask, s.mail_mask, s.phone_mask, s.address_mask, s.channel,
      s.since, s.is_account_deleted
    from pg_temp.staged_customers as s
    where s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and (
        select c.id from app_public.customers as c where c.brand_id = v_brand_id and c.id = s.id
      ) is null;
    get diagnostics v_rows = row_count;
    v_added := v_added + v_rows;

    insert into app_private.customer_identities (
      brand_id, customer_id, person_ref, key_version, name, mail, phone, address, mail_hash,
      phone_hash, address_hash, whole_hash
    )
    select
      v_brand_id, s.id, s.person_ref, s.key_version, s.name, s.mail, s.phone, s.address,
      s.mail_hash, s.phone_hash, s.address_hash, s.whole_hash
    from pg_temp.staged_customers as s
    where s.line between v_turn.first_line and v_turn.last_line
      and s.is_alone = v_turn.is_alone
      and s.code is null
      and (
        select i.customer_id
        from app_private.customer_identities as i
        where i.brand_id = v_brand_id and i.customer_id = s.id
      ) is null
      -- Whose line changes nothing is not locked, and may have been erased by now.
      and (
        select c.erased_at
        from app_public.customers as c
        where c.brand_id = v_brand_id and c.id = s.id
      ) is null;
  end loop;

  perform app_private.note_import(
    v_brand_id,
    merge_customers.run_id,
    merge_customers.rows_read,
    v_added,
    v_changed,
    merge_customers.lines || r.lines,
    merge_customers.fields || r.fields,
    merge_customers.codes || r.codes
  )
  from (
    select
      coalesce(array_agg(s.line), '{}') as lines,
      coalesce(array_agg(s.field), '{}') as fields,
      coalesce(array_agg(s.code), '{}') as codes
    from pg_temp.staged_customers as s
    where s.code is not null
  ) as r;
  return query
  select s.line, s.field, s.code
  from pg_temp.staged_customers as s
  where s.code is not null
  order by s.line;
end
$$;
comment on function app_private.merge_customers(
  bigint, bigint, bigint, bigint[], text[], text[]
) is
  'Merges the customers in pg_temp.staged_customers into the brand: new ones are added, those that '
  'differ changed, the others left alone. Given are how many rows the batch had, and those among '
  'them that the importer has rejected; answers with those that are rejected here. With the counts '
  'of the run in one transaction. FL005 if the run is over.';
grant execute on function app_private.merge_customers(
  bigint, bigint, bigint, bigint[], text[], text[]
) to fluence_server;
alter function app_private.merge_customers(
  bigint, bigint, bigint, bigint[], text[], text[]
) owner to fluence_definer;
