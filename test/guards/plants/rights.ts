import { type Plant, planted } from './sound.ts'

export const rightPlants: readonly Plant[] = [
  {
    rule: 'row_security',
    what: 'a table without it',
    plant: `alter table ${planted} disable row level security`,
    objects: [planted],
    mend: `alter table ${planted} enable row level security`,
  },
  {
    rule: 'row_security',
    what: 'a table that does not force it',
    plant: `alter table ${planted} no force row level security`,
    objects: [planted],
    mend: `alter table ${planted} force row level security`,
  },
  {
    rule: 'row_security',
    what: 'a materialized view',
    plant: `
      create materialized view reporting.stored as select 1 as one;
      comment on materialized view reporting.stored is 'One row.';
      comment on column reporting.stored.one is 'One.'`,
    objects: ['reporting.stored'],
    mend: 'drop materialized view reporting.stored',
  },
  {
    rule: 'policies',
    what: 'one for public',
    plant: `alter policy select_brand on ${planted} to public`,
    objects: [`select_brand on ${planted}`],
    mend: `alter policy select_brand on ${planted} to fluence_analyst`,
  },
  {
    rule: 'policies',
    what: 'one for all commands',
    plant: `create policy all_brand on ${planted} for all to fluence_analyst using (true)`,
    objects: [`all_brand on ${planted}`],
    mend: `drop policy all_brand on ${planted}`,
  },
  {
    rule: 'policies',
    what: 'maintain for others than the definer',
    plant: `create policy maintain on ${planted} for all to fluence_analyst using (true)`,
    objects: [`maintain on ${planted}`],
    mend: `alter policy maintain on ${planted} to fluence_definer`,
  },
  {
    rule: 'policies',
    what: 'one that takes rights back',
    plant: `create policy select_few on ${planted} as restrictive for select to fluence_analyst
              using (true)`,
    objects: [`select_few on ${planted}`],
    mend: `drop policy select_few on ${planted}`,
  },
  {
    rule: 'policies',
    what: 'one that is called for another command',
    plant: `alter policy select_brand on ${planted} rename to update_brand`,
    objects: [`update_brand on ${planted}`],
    mend: `alter policy update_brand on ${planted} rename to select_brand`,
  },
  ...['reset (security_invoker)', 'set (security_invoker = false)'].map((change) => ({
    rule: 'security_invoker',
    what: change,
    plant: `alter view reporting.planted ${change}`,
    objects: ['reporting.planted'],
    mend: 'alter view reporting.planted set (security_invoker = true)',
  })),
  ...[
    {
      right: 'execute',
      on: 'function reporting.planted_count()',
      object: 'reporting.planted_count()',
    },
    { right: 'select', on: planted, object: planted },
    { right: 'insert (note)', on: planted, object: `${planted}.note` },
    { right: 'select', on: 'reporting.planted', object: 'reporting.planted' },
    {
      right: 'usage',
      on: 'sequence app_public.organizations_id_seq',
      object: 'app_public.organizations_id_seq',
    },
    { right: 'usage', on: 'schema staff', object: 'staff' },
  ].map(({ right, on, object }) => ({
    rule: 'rights_of_public',
    what: `${right} on ${object}`,
    plant: `grant ${right} on ${on} to public`,
    objects: [object],
    mend: `revoke ${right} on ${on} from public`,
  })),
  {
    rule: 'rights_of_public',
    what: 'a function that was given none',
    plant: `
      alter default privileges for role fluence_owner grant execute on functions to public;
      create function app_hidden.seeds() returns bigint language sql stable
      begin atomic select 1::bigint; end;
      comment on function app_hidden.seeds() is 'One.'`,
    objects: ['app_hidden.seeds()'],
    mend: 'revoke execute on function app_hidden.seeds() from public',
  },
  ...[
    { kind: 'table', object: planted, wrong: 'fluence_definer' },
    { kind: 'view', object: 'reporting.planted', wrong: 'fluence_definer' },
    { kind: 'function', object: 'reporting.planted_count()', wrong: 'fluence_definer' },
    { kind: 'type', object: 'app_public.organization_kind', wrong: 'fluence_migrator' },
    { kind: 'schema', object: 'staff', wrong: 'fluence_migrator' },
  ].map(({ kind, object, wrong }) => ({
    rule: 'owners',
    what: `${kind} ${object} is ${wrong}'s`,
    plant: `reset role; alter ${kind} ${object} owner to ${wrong}`,
    objects: [object],
    mend: `reset role; alter ${kind} ${object} owner to fluence_owner`,
  })),
  ...[
    { name: 'app_private.sow', plantedAs: 'fluence_owner', mendedAs: 'fluence_definer' },
    { name: 'app_private.enqueue', plantedAs: 'fluence_definer', mendedAs: 'fluence_worker' },
  ].map(({ name, plantedAs, mendedAs }) => ({
    rule: 'owners',
    what: `security definer function ${name} is ${plantedAs}'s`,
    plant: `
      create or replace function app_private.enqueue() returns void language plpgsql
      security definer set search_path = pg_catalog, pg_temp as $$ begin end $$;
      comment on function app_private.enqueue() is 'Does nothing.';
      reset role;
      alter function app_private.enqueue() owner to fluence_worker;
      alter function ${name}() owner to ${plantedAs}`,
    objects: [`${name}()`],
    mend: `reset role; alter function ${name}() owner to ${mendedAs}`,
  })),
  ...[
    { right: 'update', role: 'fluence_server' },
    { right: 'update (brand_id)', role: 'fluence_analyst' },
  ].map(({ right, role }) => ({
    rule: 'brand_never_changes',
    what: `${right} for a role`,
    plant: `grant ${right} on ${planted} to ${role}`,
    objects: [`${planted}.brand_id`],
    mend: `revoke ${right} on ${planted} from ${role}`,
  })),
  ...[
    { right: 'delete', on: planted },
    { right: 'truncate', on: planted },
    { right: 'trigger', on: planted },
    { right: 'update', on: 'app_public.currencies' },
    { right: 'delete', on: 'reporting.planted' },
  ].map(({ right, on }) => ({
    rule: 'table_locks',
    what: `${right} on ${on}`,
    plant: `grant ${right} on ${on} to fluence_product_manager`,
    objects: [on],
    mend: `revoke ${right} on ${on} from fluence_product_manager`,
  })),
]
