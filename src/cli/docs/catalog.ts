import type pg from 'pg'
import * as queries from './queries.ts'

export interface Schema {
  readonly name: string
  readonly comment: string | null
}

interface Part {
  readonly relation: string
}

export interface Column extends Part {
  readonly name: string
  readonly type: string
  readonly is_nullable: boolean
  readonly default: string | null
  readonly comment: string | null
}

export interface Constraint extends Part {
  readonly name: string
  /** As PostgreSQL writes it: primary key, unique, check, exclusion. */
  readonly kind: 'p' | 'u' | 'c' | 'x'
  readonly columns: readonly string[]
  readonly definition: string
}

export interface ForeignKey extends Part {
  readonly name: string
  readonly columns: readonly string[]
  readonly target: string
  readonly target_columns: readonly string[]
  readonly on_delete: string
}

export interface Index extends Part {
  readonly name: string
  readonly is_unique: boolean
  readonly definition: string
}

export interface Right extends Part {
  readonly role: string
  readonly privilege: string
  readonly columns: readonly string[] | null
}

export interface Policy extends Part {
  readonly name: string
  readonly command: string
  readonly roles: readonly string[]
  readonly using: string | null
  readonly check: string | null
}

export interface Trigger extends Part {
  readonly name: string
  readonly timing: string
  readonly events: readonly string[]
  readonly columns: readonly string[]
  readonly level: string
  readonly function: string
}

/** A table or a view, under its qualified name, with all that belongs to it. */
export interface Relation {
  readonly name: string
  readonly is_table: boolean
  readonly comment: string | null
  readonly partitioned_by: string | null
  readonly columns: readonly Column[]
  readonly constraints: readonly Constraint[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly indexes: readonly Index[]
  readonly rights: readonly Right[]
  readonly policies: readonly Policy[]
  readonly triggers: readonly Trigger[]
}

export interface Routine {
  readonly name: string
  readonly is_procedure: boolean
  readonly is_trigger: boolean
  readonly arguments: string
  readonly result: string | null
  readonly volatility: string
  readonly is_strict: boolean
  readonly is_definer: boolean
  readonly comment: string | null
  readonly executors: readonly string[]
}

export interface Enum {
  readonly name: string
  readonly comment: string | null
  readonly labels: readonly string[]
}

export interface ErrorCode {
  readonly code: string
  readonly name: string
  readonly meaning: string
  readonly advice: string
}

export interface Catalog {
  readonly schemas: readonly Schema[]
  readonly relations: readonly Relation[]
  readonly routines: readonly Routine[]
  readonly enums: readonly Enum[]
  readonly errorCodes: readonly ErrorCode[]
}

/** Reads everything of ours that a database holds, as its superuser sees it. */
export async function readCatalog(client: pg.ClientBase): Promise<Catalog> {
  const schemas = (await client.query<Schema>(queries.schemas)).rows
  const names = schemas.map((schema) => schema.name)
  const rows = async <T extends object>(sql: string) =>
    (await client.query(sql, [names])).rows as T[]
  const parts = async <T extends Part>(sql: string) =>
    Map.groupBy(await rows<T>(sql), (part) => part.relation)

  const columns = await parts<Column>(queries.columns)
  const constraints = await parts<Constraint>(queries.constraints)
  const foreignKeys = await parts<ForeignKey>(queries.foreignKeys)
  const indexes = await parts<Index>(queries.indexes)
  const rights = await parts<Right>(queries.rights)
  const policies = await parts<Policy>(queries.policies)
  const triggers = await parts<Trigger>(queries.triggers)
  const relations = (await rows<Relation>(queries.relations)).map((relation) =>
    Object.assign(relation, {
      columns: columns.get(relation.name) ?? [],
      constraints: constraints.get(relation.name) ?? [],
      foreignKeys: foreignKeys.get(relation.name) ?? [],
      indexes: indexes.get(relation.name) ?? [],
      rights: rights.get(relation.name) ?? [],
      policies: policies.get(relation.name) ?? [],
      triggers: triggers.get(relation.name) ?? [],
    }),
  )
  return {
    schemas,
    relations,
    routines: await rows<Routine>(queries.routines),
    enums: await rows<Enum>(queries.enums),
    errorCodes: (await client.query<ErrorCode>(queries.errorCodes)).rows,
  }
}
