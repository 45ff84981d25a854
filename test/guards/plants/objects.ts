import { type Plant, planted } from './sound.ts'

/** Gives the trigger function another body. */
const triggerBody = (body: string) => `
  create or replace function app_private.tg_planted__check() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp as $$ begin ${body} return NEW; end $$
`
const triggerFunction = 'app_private.tg_planted__check()'
const faultyBody = (rule: string, what: string, body: string): Plant => ({
  rule,
  what,
  plant: triggerBody(body),
  objects: [triggerFunction],
  mend: triggerBody('-- Comments do not count: notify, errcode = 42, merge into.\n'),
})

/** Makes the register of error codes anew, with a row more where one is given. */
const register = (row?: string) => `
  do $$ begin
    execute 'create or replace view app_public.error_codes with (security_invoker = true) as '
      || regexp_replace(
        pg_get_viewdef('app_public.error_codes'::regclass), '\\s*(UNION ALL.*)?;$', ''
      )
      || ${row === undefined ? `''` : `$row$ union all values (${row})$row$`};
  end $$
`

export const objectPlants: readonly Plant[] = [
  ...['timestamptz', 'timestamp', 'date'].map((type) => ({
    rule: 'finite_moments',
    what: `a ${type} that people write`,
    plant: `alter table ${planted} add column ended ${type};
      comment on column ${planted}.ended is 'The end.'`,
    objects: [`${planted}.ended`],
    mend: `alter table ${planted} add constraint planted_ended_check check (isfinite(ended))`,
  })),
  ...[
    { kind: 'table', name: planted },
    { kind: 'column', name: `${planted}.note`, called: `column note of table ${planted}` },
    { kind: 'view', name: 'reporting.planted' },
    {
      kind: 'column',
      name: 'reporting.planted.brand_id',
      called: 'column brand_id of view reporting.planted',
    },
    { kind: 'function', name: 'reporting.planted_count()' },
    { kind: 'schema', name: 'staff' },
    { kind: 'type', name: 'app_public.user_role_enum' },
    { kind: 'view', name: 'lint.comments' },
  ].map(({ kind, name, called }) => ({
    rule: 'comments',
    what: `${kind} ${name} without one`,
    plant: `comment on ${kind} ${name} is null`,
    objects: [called ?? `${kind} ${name}`],
    mend: `comment on ${kind} ${name} is 'What it is.'`,
  })),
  {
    rule: 'comments',
    what: 'one of blanks',
    plant: `comment on table ${planted} is E' \\n'`,
    objects: [`table ${planted}`],
    mend: `comment on table ${planted} is 'What it is.'`,
  },
  ...[
    'reset search_path',
    'set search_path = public, pg_catalog, pg_temp',
    'set search_path = pg_catalog',
  ].map((setting) => ({
    rule: 'search_path',
    what: setting,
    plant: `alter function ${triggerFunction} ${setting}`,
    objects: [triggerFunction],
    mend: `alter function ${triggerFunction} set search_path = pg_catalog, app_public, pg_temp`,
  })),
  {
    rule: 'search_path',
    what: 'one set where it stops inlining',
    plant: 'alter function reporting.planted_count() set search_path = pg_catalog, pg_temp',
    objects: ['reporting.planted_count()'],
    mend: 'alter function reporting.planted_count() reset search_path',
  },
  ...['double precision', 'real', 'money', 'double precision[]', 'app_hidden.rate'].map((type) => ({
    rule: 'no_floats',
    what: `a column of ${type}`,
    plant: `
      create domain app_hidden.rate as real;
      comment on domain app_hidden.rate is 'A rate.';
      alter table ${planted} add column price ${type};
      comment on column ${planted}.price is 'A price.'`,
    objects: [`${planted}.price`],
    mend: `alter table ${planted} alter column price type numeric using null`,
  })),
  {
    rule: 'no_floats',
    what: "a view's column",
    plant: `
      create or replace view reporting.planted with (security_invoker = true) as
        select p.brand_id, 1::double precision as price from app_public.planted as p;
      comment on column reporting.planted.price is 'A price.'`,
    objects: ['reporting.planted.price'],
    mend: 'drop view reporting.planted',
  },
  ...[
    { object: 'app_hidden.price(real)', head: 'app_hidden.price(amount real) returns numeric' },
    { object: 'app_hidden.price()', head: 'app_hidden.price() returns real' },
    { object: 'app_hidden.price()', head: 'app_hidden.price() returns table (amount real)' },
  ].map(({ object, head }) => ({
    rule: 'no_floats',
    what: head,
    plant: `
      create function ${head} language sql stable begin atomic select 1; end;
      comment on function ${object} is 'A price.'`,
    objects: [object],
    mend: `drop function ${object}`,
  })),
  faultyBody('citus_functions', 'merge', 'merge into a using b on true when matched then delete;'),
  faultyBody('citus_functions', 'notify in a trigger', `notify seeds;`),
  faultyBody('citus_functions', 'pg_notify in a trigger', `perform pg_notify('seeds', '');`),
  faultyBody('citus_functions', 'a job from a trigger', `perform graphile_worker.add_job('x');`),
  faultyBody('error_codes', 'one unknown', `raise exception using errcode = 'FL999';`),
  faultyBody('error_codes', 'a foreign one', `raise exception using errcode = '22023';`),
  faultyBody('error_codes', 'one in a variable', 'raise exception using errcode = v_code;'),
  faultyBody('error_codes', 'an exception without', `raise exception 'Never.';`),
  {
    rule: 'error_codes',
    what: 'one that nobody raises',
    plant: register(`'FL899', 'seed', 'Never.', 'None.'`),
    objects: ['FL899'],
    mend: register(),
  },
  {
    rule: 'error_codes',
    what: 'one registered twice',
    plant: register(`'FL001', 'seed', 'Never.', 'None.'`),
    objects: ['FL001'],
    mend: register(),
  },
]
