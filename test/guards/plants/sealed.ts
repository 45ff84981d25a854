import { registered } from './sensitive.ts'
import type { Plant } from './sound.ts'

const notes = 'app_private.planted_notes'

/** A table with a sealed column in which all is well, but for what the changes spoil. */
const table = (name = notes) => `
  create table ${name} (
    brand_id bigint not null,
    id bigint not null,
    person_ref uuid not null,
    key_version integer not null,
    note app_private.sealed,
    constraint planted_notes_pkey primary key (brand_id, id),
    constraint planted_notes_person_ref_key unique (brand_id, person_ref)
  );
  create index planted_notes_key_version_idx on ${name} (brand_id, key_version);
  alter table ${name} enable row level security;
  alter table ${name} force row level security;
  comment on table ${name} is 'Planted.';
  comment on column ${name}.brand_id is 'Planted.';
  comment on column ${name}.id is 'Planted.';
  comment on column ${name}.person_ref is 'Planted.';
  comment on column ${name}.key_version is 'Planted.';
  comment on column ${name}.note is 'Planted.';
  select app_private.audit_table('${name}', 'brand_id');
  ${registered(`'personal_sealed', '${notes}', 'note', 'brand', null, null, false`)};`

const spoilt = (what: string, change: string, mend: string, faults = 1): Plant => ({
  rule: 'sealed_columns',
  what,
  plant: `${table()} ${change}`,
  objects: Array.from({ length: faults }, () => notes),
  mend,
})

export const sealedPlants: readonly Plant[] = [
  {
    rule: 'sealed_columns',
    what: 'a table that people reach',
    plant: table('app_public.planted_notes'),
    objects: ['app_public.planted_notes'],
    // It was listed where it belongs.
    besides: { sensitive_data: [`${notes}.note`, 'app_public.planted_notes.note'] },
    mend: 'alter table app_public.planted_notes set schema app_private',
  },
  spoilt(
    'a person_ref that may be missing',
    `alter table ${notes} alter column person_ref drop not null`,
    `alter table ${notes} alter column person_ref set not null`,
  ),
  spoilt(
    'a person_ref that is not unique',
    `alter table ${notes} drop constraint planted_notes_person_ref_key`,
    `alter table ${notes} add constraint planted_notes_person_ref_key
       unique (brand_id, person_ref)`,
  ),
  spoilt(
    'no person_ref',
    `alter table ${notes} drop column person_ref`,
    `alter table ${notes} add column person_ref uuid not null,
       add constraint planted_notes_person_ref_key unique (brand_id, person_ref);
     comment on column ${notes}.person_ref is 'Planted.'`,
  ),
  spoilt(
    'a key_version of another type',
    `alter table ${notes} alter column key_version type bigint`,
    `alter table ${notes} alter column key_version type integer`,
  ),
  spoilt(
    'no index by key_version',
    `drop index app_private.planted_notes_key_version_idx`,
    `create index planted_notes_key_version_idx on ${notes} (brand_id, key_version)`,
  ),
]
