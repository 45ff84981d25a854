import { type Plant, planted, table } from './sound.ts'

const primaryKey = (columns: string) => `
  alter table app_public.planted drop constraint planted_pkey;
  alter table app_public.planted add constraint planted_pkey primary key (${columns});
`
const foreignKey = (columns: string, target: string, rest: string) => `
  alter table app_public.planted drop constraint planted_product_id_fkey;
  alter table app_public.planted add constraint planted_product_id_fkey
    foreign key (${columns}) references app_public.products (${target}) ${rest};
`
const soundForeignKey = foreignKey('brand_id, product_id', 'brand_id, id', 'on delete restrict')
const productIndex = (columns: string) => `
  drop index app_public.planted_product_id_idx;
  create index planted_product_id_idx on app_public.planted ${columns};
`
const soundProductIndex = productIndex('(brand_id, product_id)')

const pkey = 'planted_pkey on app_public.planted'
const fkey = 'planted_product_id_fkey on app_public.planted'

export const keyPlants: readonly Plant[] = [
  {
    rule: 'brand_leads',
    what: 'a primary key that begins otherwise',
    plant: primaryKey('id, brand_id'),
    objects: [pkey],
    mend: primaryKey('brand_id, id'),
  },
  {
    rule: 'brand_leads',
    what: 'no primary key',
    plant: `alter table ${planted} drop constraint planted_pkey`,
    objects: [planted],
    mend: `alter table ${planted} add constraint planted_pkey primary key (brand_id, id)`,
  },
  {
    rule: 'brand_leads',
    what: 'a unique constraint that begins otherwise',
    plant: `alter table ${planted} add constraint planted_note_key unique (note, brand_id)`,
    objects: [`planted_note_key on ${planted}`],
    mend: `alter table ${planted} drop constraint planted_note_key`,
  },
  {
    rule: 'brand_leads',
    what: 'an exclusion constraint that begins otherwise',
    plant: `alter table ${planted} add constraint planted_note_excl
              exclude using btree (note with =, brand_id with =)`,
    objects: [`planted_note_excl on ${planted}`],
    mend: `alter table ${planted} drop constraint planted_note_excl`,
  },
  {
    rule: 'brand_leads',
    what: 'a foreign key that begins otherwise',
    plant: foreignKey('product_id, brand_id', 'id, brand_id', 'on delete restrict'),
    objects: [fkey, fkey],
    mend: soundForeignKey,
  },
  {
    rule: 'brand_leads',
    what: 'an index that begins otherwise',
    plant: `create index planted_note_idx on ${planted} (note)`,
    objects: ['app_public.planted_note_idx'],
    mend: `drop index app_public.planted_note_idx`,
  },
  {
    rule: 'brand_leads',
    what: 'an index that begins with an expression',
    plant: `create index planted_note_idx on ${planted} ((brand_id + 1), brand_id)`,
    objects: ['app_public.planted_note_idx'],
    mend: `drop index app_public.planted_note_idx`,
  },
  {
    rule: 'brand_leads',
    what: 'a table of no brand that is not listed',
    plant: table('app_public.colours', 'code text primary key'),
    objects: ['app_public.colours'],
    mend: 'drop table app_public.colours',
  },
  {
    rule: 'brand_leads',
    what: 'a brand_id of another type',
    plant: table('app_hidden.colours', 'brand_id integer, code text, primary key (brand_id, code)'),
    objects: ['app_hidden.colours'],
    mend: 'drop table app_hidden.colours',
  },
  ...[
    { what: 'none behind it', columns: '(brand_id, note)' },
    { what: 'only one for some rows', columns: '(brand_id, product_id) where note is null' },
    { what: 'its columns too late in it', columns: '(brand_id, note, product_id)' },
  ].map(({ what, columns }) => ({
    rule: 'foreign_key_indexes',
    what,
    plant: productIndex(columns),
    objects: [fkey],
    mend: soundProductIndex,
  })),
  {
    rule: 'foreign_key_on_delete',
    what: 'nothing said',
    plant: foreignKey('brand_id, product_id', 'brand_id, id', ''),
    objects: [fkey],
    mend: soundForeignKey,
  },
  {
    rule: 'citus_keys',
    what: 'more in it',
    plant: primaryKey('brand_id, product_id, id'),
    objects: [pkey],
    mend: primaryKey('brand_id, id'),
  },
  {
    rule: 'citus_keys',
    what: "a partitioned table's in another order",
    plant: table(
      'app_public.days',
      `brand_id bigint, id bigint, occurred_at timestamptz,
       constraint days_pkey primary key (brand_id, id, occurred_at)`,
      'partition by range (occurred_at)',
    ),
    objects: ['days_pkey on app_public.days'],
    mend: `
      alter table app_public.days drop constraint days_pkey;
      alter table app_public.days add constraint days_pkey
        primary key (brand_id, occurred_at, id);
      create table app_public.days_2026 partition of app_public.days
        for values from ('2026-01-01') to ('2027-01-01');
      alter table app_public.days_2026 enable row level security;
      alter table app_public.days_2026 force row level security`,
  },
  {
    rule: 'citus_constraints',
    what: 'a deferrable one',
    plant: `alter table ${planted} alter constraint planted_product_id_fkey deferrable`,
    objects: [fkey],
    mend: `alter table ${planted} alter constraint planted_product_id_fkey not deferrable`,
  },
  ...['on delete set null (product_id)', 'on delete restrict on update set default'].map(
    (action) => ({
      rule: 'citus_constraints',
      what: `brand_id among the columns and ${action}`,
      plant: foreignKey('brand_id, product_id', 'brand_id, id', action),
      objects: [fkey],
      mend: soundForeignKey,
    }),
  ),
  {
    rule: 'citus_constraints',
    what: "a reference table that refers to a brand's",
    plant: table(
      'app_private.favourites',
      `brand bigint, product bigint, primary key (brand, product),
       constraint favourites_product_fkey foreign key (brand, product)
         references app_public.products (brand_id, id) on delete restrict`,
    ),
    objects: ['favourites_product_fkey on app_private.favourites'],
    mend: 'drop table app_private.favourites',
  },
]
