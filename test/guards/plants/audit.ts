import { type Plant, planted } from './sound.ts'

const audit = `select app_private.audit_table('${planted}', 'brand_id')`
const log = 'app_public.audit_log'
const thisMonth = `app_private.audit_log_${new Date().toISOString().slice(0, 7).replace('-', '_')}`

export const auditPlants: readonly Plant[] = [
  ...['insert', 'update', 'delete', 'truncate'].map((event) => ({
    rule: 'audited',
    what: `an ${event} that is not noted`,
    plant: `drop trigger _400_audit_${event} on ${planted}`,
    objects: [planted],
    mend: audit,
  })),
  {
    rule: 'audited',
    what: 'a trigger that is switched off',
    plant: `alter table ${planted} disable trigger _400_audit_update`,
    objects: [planted],
    mend: `alter table ${planted} enable trigger _400_audit_update`,
  },
  ...[
    { column: 'mail', type: 'text' },
    { column: 'holder', type: 'app_public.person_name' },
    { column: 'hash', type: 'app_private.digest' },
    { column: 'fingerprint', type: 'bytea' },
  ].map(({ column, type }) => ({
    rule: 'audited',
    what: `${column} ${type}, added since`,
    plant: `alter table ${planted} add column ${column} ${type};
      comment on column ${planted}.${column} is 'A secret.'`,
    objects: ['delete', 'insert', 'update'].map(() => `${planted}.${column}`),
    besides: { sensitive_data: [`${planted}.${column}`] },
    mend: `alter table ${planted} drop column ${column}`,
  })),
  ...[log, thisMonth, 'app_private.audit_seals'].flatMap((table) => [
    {
      rule: 'append_only',
      what: `${table} without the trigger`,
      plant: `drop trigger _100_append_only on ${table}`,
      objects: [table],
      mend: `create trigger _100_append_only before update or delete or truncate on ${table}
        for each statement execute function app_private.tg__append_only();
        alter table ${table} enable always trigger _100_append_only`,
    },
    {
      rule: 'append_only',
      what: `${table} with a trigger that replication passes`,
      plant: `alter table ${table} enable trigger _100_append_only`,
      objects: [table],
      mend: `alter table ${table} enable always trigger _100_append_only`,
    },
  ]),
]
