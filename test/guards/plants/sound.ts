/** A fault planted beside the sound objects of `sound`, and how to mend it. */
export interface Plant {
  /** The lint view that must bark, and no other, but for those in `besides`. */
  readonly rule: string
  readonly what: string
  /** Run as fluence_owner. */
  readonly plant: string
  /** What the view must name. */
  readonly objects: readonly string[]
  /** Rules that are broken by the same, and what they name. */
  readonly besides?: Readonly<Record<string, readonly string[]>>
  readonly mend: string
}

/** One of each: a table, a view and three functions with which no rule finds fault. */
export const sound = `
  create table app_public.planted (
    brand_id bigint not null,
    id bigint not null,
    product_id bigint,
    note text,
    constraint planted_pkey primary key (brand_id, id),
    constraint planted_product_id_fkey foreign key (brand_id, product_id)
      references app_public.products (brand_id, id) on delete restrict
  );
  create index planted_product_id_idx on app_public.planted (brand_id, product_id);
  alter table app_public.planted enable row level security;
  alter table app_public.planted force row level security;
  comment on table app_public.planted is 'One row per seed.';
  comment on column app_public.planted.brand_id is 'The brand.';
  comment on column app_public.planted.id is 'Its number.';
  comment on column app_public.planted.product_id is 'The product.';
  comment on column app_public.planted.note is 'A note.';
  create policy select_brand on app_public.planted for select to fluence_analyst using (true);
  grant select, insert, update (note) on app_public.planted to fluence_analyst;
  select app_private.audit_table('app_public.planted', 'brand_id');

  create view reporting.planted with (security_invoker = true) as
    select p.brand_id from app_public.planted as p;
  comment on view reporting.planted is 'One row per seed.';
  comment on column reporting.planted.brand_id is 'The brand.';

  create function reporting.planted_count() returns bigint language sql stable
  begin atomic select count(*) from app_public.planted as p; end;
  comment on function reporting.planted_count() is 'Number of seeds.';

  create function app_private.tg_planted__check() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp as $$ begin return NEW; end $$;
  comment on function app_private.tg_planted__check() is 'Does nothing.';

  create function app_private.sow() returns void language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$ begin end $$;
  comment on function app_private.sow() is 'Does nothing.';
  reset role;
  alter function app_private.sow() owner to fluence_definer;
`

/** The sound table. */
export const planted = 'app_public.planted'

/** Another table, with which only the fault given is wrong. */
export const table = (name: string, columns: string, rest = '') => `
  create table ${name} (${columns}) ${rest};
  alter table ${name} enable row level security;
  alter table ${name} force row level security;
  comment on table ${name} is 'One row per seed.';
  do $comment$
  declare
    v_column name;
  begin
    for v_column in
      select a.attname from pg_attribute as a
      where a.attrelid = '${name}'::regclass and a.attnum > 0
    loop
      execute format('comment on column ${name}.%I is %L', v_column, 'A column.');
    end loop;
  end
  $comment$;
  select app_private.audit_table('${name}', null);
`
