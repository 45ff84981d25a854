import pg from 'pg'

/** A connection that stays until the test is over, and how one learns that it was cut. */
export async function connectAs(
  connectionString: string,
  atEnd: (undo: () => Promise<void>) => void,
): Promise<{ client: pg.Client; ended: Promise<void> }> {
  const client = new pg.Client({ connectionString })
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
  client.on('error', () => {})
  await client.connect()
  atEnd(() => client.end().catch(() => {}))
  return { client, ended }
}
