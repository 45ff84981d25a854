import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { verifyAuditLog } from '../../src/server/audit/open.ts'
import { sealsFile, SealsFile, type Seal } from '../../src/server/audit/seals-file.ts'
import type { Fault, Verified } from '../../src/server/audit/verify.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { cloneDatabase, type TestDatabase } from './database.ts'

/** A database whose audit log is written, sealed, tampered with and verified. */
export class AuditedDatabase {
  readonly database: TestDatabase
  readonly client: pg.Client
  readonly dataDir: string

  private constructor(database: TestDatabase, client: pg.Client, dataDir: string) {
    this.database = database
    this.client = client
    this.dataDir = dataDir
  }

  static async make(database?: TestDatabase): Promise<AuditedDatabase> {
    const own = database ?? (await cloneDatabase())
    const client = new pg.Client({ connectionString: own.superuserUrl })
    await client.connect()
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'fluence-audit-'))
    onTestFinished(async () => {
      fs.rmSync(dataDir, { recursive: true })
      await client.end()
      if (database === undefined) await own.drop()
    })
    return new AuditedDatabase(own, client, dataDir)
  }

  get file(): string {
    return sealsFile(this.dataDir)
  }

  async rows<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.client.query<T>(sql, values)).rows
  }

  /** So many entries, each in a transaction of its own. */
  async note(many: number, object = 'test'): Promise<void> {
    for (let n = 0; n < many; n += 1) {
      await this.rows(`select app_private.note_in_audit('read', null, $1, $2, 'a test')`, [
        object,
        { n },
      ])
    }
  }

  /** Seals all there is, in blocks of that size, and writes the seals outside. */
  async seal(largest = 4, { outside = true } = {}): Promise<void> {
    const done = await until(60_000, async () => {
      // A transaction of another test keeps back what came after it began, and so parts the blocks.
      const [settled] = await this.rows<{ yes: boolean }>(
        `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > max(l.transaction_id) as yes
         from app_public.audit_log as l
         where l.series = (select max(s.series) from app_private.audit_series as s)`,
      )
      if (settled?.yes === false) return false
      while (await this.#sealBlock(largest));
      const [left] = await this.rows<{ n: number }>(
        `select count(*)::int as n from app_public.audit_log as l
         where not exists (
           select from app_private.audit_seals as s
           where (s.last_series, s.last_transaction_id, s.last_id)
             >= (l.series, l.transaction_id, l.id)
         )`,
      )
      return left?.n === 0
    })
    if (done !== true) throw new Error('not all is sealed')
    if (outside) await this.writeOutside()
  }

  async #sealBlock(largest: number): Promise<boolean> {
    const [sealed] = await this.rows<{ n: number }>('select app_private.seal_audit_log($1) as n', [
      largest,
    ])
    return (sealed?.n ?? 0) > 0
  }

  async writeOutside(): Promise<void> {
    const file = new SealsFile(this.file)
    file.append(
      await this.rows<Seal>(
        `select s.block::text as block, s.hash, s.rows, s.sealed_at as "sealedAt"
         from app_private.list_audit_seals($1) as s`,
        [file.last()?.block ?? '0'],
      ),
    )
  }

  /** Changes what was noted, as only a superuser can who switches the triggers off. */
  async tamper(sql: string, values: unknown[] = []): Promise<number> {
    const tables = await this.rows<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class as c
       where c.oid in ('app_public.audit_log'::regclass, 'app_private.audit_seals'::regclass)
         or c.oid in (select i.inhrelid from pg_inherits as i
           where i.inhparent = 'app_public.audit_log'::regclass and c.relkind = 'r')`,
    )
    const all = (what: string) =>
      tables.map(({ name }) => `alter table ${name} ${what} trigger all;`).join('\n')
    await this.client.query('begin')
    await this.client.query(all('disable'))
    const { rowCount } = await this.client.query(sql, values)
    await this.client.query(
      all('enable always').replaceAll('trigger all', 'trigger _100_append_only'),
    )
    await this.client.query('commit')
    return rowCount ?? 0
  }

  async verify(): Promise<{ faults: Fault[]; result: Verified }> {
    const faults: Fault[] = []
    const result = await verifyAuditLog(this.database.access, this.dataDir, (fault) =>
      faults.push(fault),
    )
    return { faults, result }
  }

  /** What verify names: the fault, and the row or the block. */
  async faults(): Promise<string[]> {
    const { faults } = await this.verify()
    return faults.map(({ fault, row, block }) => `${fault} ${row?.id ?? `block ${block ?? '-'}`}`)
  }
}
