import fs from 'node:fs'
import { describe, expect, onTestFinished, test as plainTest } from 'vitest'
import { binariesIn } from '../../src/server/postgres/binaries.ts'
import { withClient } from '../../src/server/postgres/connect.ts'
import { dumpSchema, normalise, schemaFile } from '../../src/server/postgres/dump.ts'
import { cloneDatabase } from '../harness/database.ts'
import { test } from '../harness/test.ts'

const bin = process.env['FLUENCE_TEST_POSTGRES']
const binaries = bin === undefined ? undefined : binariesIn(bin)

// Only PostgreSQL 15's own programs write this dump: so this is a matter of that leg.
if (binaries?.major === 15) {
  describe('migrations/schema.sql', () => {
    test('is what a database of this checkout is', ({ database }) => {
      expect(dumpSchema(binaries, database.superuserUrl)).toBe(fs.readFileSync(schemaFile, 'utf8'))
    })

    test('differs when the database does', async () => {
      const database = await cloneDatabase()
      onTestFinished(() => database.drop())
      await withClient(database.superuserUrl, (client) =>
        client.query('revoke select on app_public.products from fluence_analyst'),
      )
      const dumped = dumpSchema(binaries, database.superuserUrl)
      expect(dumped).not.toBe(fs.readFileSync(schemaFile, 'utf8'))
    })
  })
}

describe('a dump', () => {
  const dump = (version: string, key: string, table: string) => `--
-- PostgreSQL database dump
--

\\restrict ${key}

-- Dumped from database version ${version}
-- Dumped by pg_dump version ${version}

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);

--
-- Name: planted; Type: TABLE; Schema: app_public; Owner: -
--

CREATE TABLE app_public.${table} (
    id bigint
);


--
-- PostgreSQL database dump complete
--

\\unrestrict ${key}
`

  plainTest('is the same whichever release wrote it, and says nothing but the schema', () => {
    const bare = normalise(dump('15.3', 'abc', 'planted'))
    expect(bare).toBe(normalise(dump('15.18 (Debian)', 'xyz', 'planted')))
    expect(bare).not.toBe(normalise(dump('15.3', 'abc', 'sown')))
    expect(bare.split('\n').slice(1)).toEqual([
      '',
      'CREATE TABLE app_public.planted (',
      '    id bigint',
      ');',
      '',
    ])
  })
})
