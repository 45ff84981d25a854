import { type Plant, planted } from './sound.ts'

const register = 'app_private.sensitive_data'

/** Makes the register anew, with a row more where one is given. */
export const registered = (row?: string) => `
  do $do$ begin
    execute 'create or replace view ${register} with (security_invoker = true) as '
      || regexp_replace(pg_get_viewdef('${register}'::regclass), '\\s*(UNION ALL.*)?;$', '')
      || ${row === undefined ? `''` : `$row$ union all select ${row}$row$`};
  end $do$
`
const aboutNothing = (object: string, row: string): Plant => ({
  rule: 'sensitive_data',
  what: `an entry about nothing: ${object}`,
  plant: registered(row),
  objects: [object],
  mend: registered(),
})

const withColumn = (name: string, type: string, more = ''): Plant => ({
  rule: 'sensitive_data',
  what: `a column ${name} of ${type}`,
  plant: `
    ${more}
    alter table ${planted} add column ${name} ${type};
    comment on column ${planted}.${name} is 'A column.'`,
  objects: [`${planted}.${name}`],
  // What the audit log would have to mask is to be listed, and the other way round.
  ...(type !== 'numeric' && {
    besides: { audited: ['delete', 'insert', 'update'].map(() => `${planted}.${name}`) },
  }),
  mend: `alter table ${planted} drop column ${name}`,
})

const withCurrency = `
  alter table ${planted} add column currency text;
  comment on column ${planted}.currency is 'Of the amount.';`

/** A function of the definer, which a role of people may call. */
const reader = (body: string) => `
  create function app_public.planted_mail() returns text language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$ begin ${body} end $$;
  comment on function app_public.planted_mail() is 'A mail.';
  grant execute on function app_public.planted_mail() to fluence_analyst;
  reset role;
  alter function app_public.planted_mail() owner to fluence_definer`

export const sensitivePlants: readonly Plant[] = [
  withColumn('mail', 'app_public.mail_address'),
  withColumn('called', 'app_public.person_name'),
  withColumn('hash', 'bytea'),
  withColumn('name_mask', 'text'),
  withColumn('amount', 'numeric', withCurrency),
  {
    rule: 'sensitive_data',
    what: 'a view of what is listed',
    plant: `
      create or replace view reporting.planted with (security_invoker = true) as
        select p.brand_id, (select max(u.display_name::text) from app_public.users as u) as first
        from app_public.planted as p;
      comment on column reporting.planted.first is 'A name.';
      grant select on reporting.planted to fluence_analyst`,
    objects: ['reporting.planted'],
    mend: 'drop view reporting.planted',
  },
  {
    rule: 'sensitive_data',
    what: 'a function that reads what is listed for people',
    plant: reader('return (select max(a.mail::text) from app_private.user_accounts as a);'),
    objects: ['app_public.planted_mail()'],
    mend: 'reset role; drop function app_public.planted_mail()',
  },
  aboutNothing(
    'app_public.nothing',
    `'money', 'app_public.nothing', null, 'brand', null, null, false`,
  ),
  aboutNothing('app_public.f()', `'money', 'app_public.f()', null, 'brand', null, null, false`),
  aboutNothing(
    'app_public.products.nothing',
    `'money', 'app_public.products', 'nothing', 'brand', null, null, false`,
  ),
  aboutNothing(
    'app_public.products.cost',
    `'money', 'app_public.products', 'cost', 'brand', 'select_nothing', null, false`,
  ),
  aboutNothing(
    'app_public.products.cost',
    `'money', 'app_public.products', 'cost', 'world', null, null, false`,
  ),
]
