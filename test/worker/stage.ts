import pg from 'pg'
import { type Access } from '../../src/server/postgres/access.ts'
import { until } from '../../src/server/postgres/processes.ts'
import { node, type Program, query, start } from '../harness/processes.ts'

/**
 * What the tests let happen, and what came of it. A fact is counted up and tells its count in an
 * event; the effects are written by the task test__record.
 */
const scenery = `
  create schema test;
  grant usage on schema test to fluence_worker;
  create table test.facts (key text primary key, n bigint not null default 0);
  create table test.runs (event_id bigint not null);
  create table test.effects (
    id bigint generated always as identity primary key,
    event_id bigint not null unique,
    key text not null,
    n bigint not null
  );
  -- How the task fares with a key: it takes so long, or fails.
  create table test.troubles (key text primary key, seconds integer, fails boolean);
  grant insert on test.runs to fluence_worker;
  grant select on test.troubles to fluence_worker;

  create function test.happen(key text) returns bigint language plpgsql as $$
  declare
    v_n bigint;
  begin
    insert into test.facts as f (key, n) values (happen.key, 1)
    on conflict on constraint facts_pkey do update set n = f.n + 1
    returning n into v_n;
    perform app_private.emit(
      null, 'test.happened', happen.key, jsonb_build_object('n', v_n::text)
    );
    return v_n;
  end $$;

  create function test.record(event_id bigint, key text, n bigint) returns void language plpgsql
  security definer as $$
  begin
    if app_private.settle_event(record.event_id) then
      if exists (select from test.troubles as t where t.key = record.key and t.fails) then
        raise exception 'no luck with %', record.key using errcode = 'FL999';
      end if;
      insert into test.effects (event_id, key, n) values (record.event_id, record.key, record.n);
    end if;
  end $$;
  grant execute on all functions in schema test to fluence_worker`

export interface Effect {
  readonly key: string
  readonly n: number
}

/** A database in which tests let events happen, and workers on it. */
export class Stage {
  readonly access: Access
  readonly secret: string

  constructor(access: Access, secret: string) {
    this.access = access
    this.secret = secret
  }

  async build(): Promise<void> {
    await this.query(scenery)
  }

  query<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return query<T>(this.access.root, sql, values)
  }

  happen(key: string): Promise<object[]> {
    return this.query('select test.happen($1)', [key])
  }

  trouble(key: string, { seconds = 0, fails = false }): Promise<object[]> {
    return this.query(
      `insert into test.troubles values ($1, $2, $3)
       on conflict (key) do update set seconds = excluded.seconds, fails = excluded.fails`,
      [key, seconds, fails],
    )
  }

  /** Starts one more worker. */
  worker(): Program {
    return start({ command: [node, 'test/worker/program.ts'], env: this.environment })
  }

  get environment() {
    return { DATABASE_URL: this.access.root, FLUENCE_SECRET: this.secret }
  }

  async workers(count: number): Promise<Program[]> {
    const programs = Array.from({ length: count }, () => this.worker())
    for (const program of programs) await program.says('The worker is ready.')
    return programs
  }

  /** The process that leads the reading of the outbox. */
  async leader(): Promise<number | undefined> {
    const [row] = await this.query<{ name: string }>(
      `select a.application_name as name
       from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
       where l.locktype = 'advisory' and l.granted and l.database
         = (select d.oid from pg_database as d where d.datname = current_database())
         and a.application_name like 'fluence outbox (%'
         and l.objid = (hashtext('fluence outbox reader')::bigint & 4294967295)::oid`,
    )
    const pid = /\((\d+)\)/.exec(row?.name ?? '')?.[1]
    return pid === undefined ? undefined : Number(pid)
  }

  /** Waits until something is so, and says what is if it does not come to that. */
  async becomes<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
    const answer = await until(45_000, ask)
    if (answer !== undefined && answer !== false) return answer
    const state = await this.query(
      `select
         (select count(*) from app_private.outbox) as waiting,
         (select json_agg(d) from (select * from app_private.outbox_deliveries limit 5) as d) as deliveries,
         (select json_agg(j) from (select * from graphile_worker.jobs limit 5) as j) as jobs`,
    )
    throw new Error(`not so in time: ${what}\n${JSON.stringify(state, null, 2)}`)
  }

  /** Waits until every fact has had its effects. */
  async settles(): Promise<void> {
    await this.becomes('all events are worked off', async () => {
      const [row] = await this.query<{ left: number }>(
        `select (select count(*) from app_private.outbox)::int
              + (select count(*) from app_private.outbox_deliveries)::int as left`,
      )
      return row?.left === 0
    })
  }

  /** Keys whose effects are not exactly 1, 2, 3 and so on up to the fact, in that order. */
  wrong(): Promise<{ key: string; facts: number; effects: string }[]> {
    return this.query(
      `with effects as (
         select e.key, array_agg(e.n order by e.id) as ns from test.effects as e group by e.key
       )
       select f.key, f.n::int as facts, e.ns::text as effects
       from test.facts as f
       full join effects as e using (key)
       where e.ns is distinct from (select array_agg(i) from generate_series(1, f.n) as i)`,
    )
  }

  /** Waits until a task has begun with an event. */
  async begins(): Promise<void> {
    await this.becomes('a task runs', async () => (await this.query('table test.runs')).length > 0)
  }

  async effectsOf(key: string): Promise<number[]> {
    const rows = await this.query<{ n: string }>(
      'select e.n from test.effects as e where e.key = $1 order by e.id',
      [key],
    )
    return rows.map(({ n }) => Number(n))
  }
}

/** Lets events happen on many keys from several connections until it is told to end. */
export function traffic(stage: Stage, keys: number, writers = 3): { end(): Promise<number> } {
  const ending = new AbortController()
  let happened = 0
  const write = async () => {
    while (!ending.signal.aborted) {
      const client = new pg.Client({ connectionString: stage.access.root })
      client.on('error', () => {})
      try {
        await client.connect()
        while (!ending.signal.aborted) {
          // Most changes are kept; some are taken back with their events.
          const keep = Math.random() < 0.8
          const both = [1, 2].map(() => `key:${Math.floor(Math.random() * keys)}`)
          await client.query('begin')
          for (const key of both.toSorted()) await client.query('select test.happen($1)', [key])
          await client.query(keep ? 'commit' : 'rollback')
          happened += keep ? 2 : 0
        }
      } catch {
        // The database was killed, or two of us met: either way nothing was written.
      } finally {
        await client.end().catch(() => {})
      }
    }
  }
  const writing = Promise.all(Array.from({ length: writers }, write))
  return {
    async end() {
      ending.abort()
      await writing
      return happened
    },
  }
}
