import type { Database } from './key-rings.ts'
import type { KeyName, MasterKeys } from './master-key.ts'

interface Listed extends KeyName {
  readonly wrapped: Buffer
  readonly master_key_id: string
}

/**
 * Wraps every key with the current master key that another one has wrapped; how many. Cut off, it
 * goes on with the next call.
 */
export async function rewrap(database: Database, masterKeys: MasterKeys): Promise<number> {
  const { current } = masterKeys
  let count = 0
  for (;;) {
    const { rows } = await database.query<Listed>(
      `select k.ring, k.purpose, k.version, k.wrapped, k.master_key_id
       from app_private.list_data_keys() as k where k.master_key_id <> $1`,
      [current.id],
    )
    // Until the last one, a server that knows only the old master key may have added some.
    if (rows.length === 0) return count
    for (const { wrapped, master_key_id: was, ...name } of rows) {
      const key = masterKeys.withId(was).unwrap(name, wrapped)
      const { rows: done } = await database.query<{ done: boolean }>(
        'select app_private.rewrap_data_key($1, $2, $3, $4, $5, $6) as done',
        [name.ring, name.purpose, name.version, wrapped, current.wrap(name, key), current.id],
      )
      if (done[0]?.done) count += 1
    }
  }
}
