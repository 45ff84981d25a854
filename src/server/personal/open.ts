import fs from 'node:fs'
import type { Env } from '../env.ts'
import { keyFileIn, makeKeyFile, readKeyFile } from './key-file.ts'
import { type Database, KeyRings } from './key-rings.ts'
import { MasterKeys } from './master-key.ts'

type Settings = Pick<Env, 'databaseUrl' | 'dataDir' | 'masterKey' | 'previousMasterKey'>

/** Where the key stands in a file: where no setting gives one and the database is ours. */
export const keyFileOf = ({ databaseUrl, dataDir, masterKey }: Settings): string | undefined =>
  databaseUrl === undefined && masterKey === undefined ? keyFileIn(dataDir) : undefined

/**
 * The master keys that this process has. With DATABASE_URL there is no file: a second server would
 * make a second key.
 */
export function masterKeysOf(env: Settings): MasterKeys {
  const { databaseUrl, dataDir, masterKey, previousMasterKey } = env
  const file = keyFileIn(dataDir)
  const inFile = () => (databaseUrl === undefined ? readKeyFile(file) : undefined)
  const find = () => {
    const current = masterKey ?? inFile()
    const others = [previousMasterKey, masterKey && inFile()]
    return { current, others: others.filter((key) => key !== undefined) }
  }
  return new MasterKeys(
    find,
    databaseUrl === undefined
      ? `Put back a copy of ${file}, or set FLUENCE_MASTER_KEY; without it nobody can read them.`
      : 'Set FLUENCE_MASTER_KEY to it, the same for every server of this database.',
  )
}

export const openKeyRings = (env: Settings, database: Database): KeyRings =>
  new KeyRings(masterKeysOf(env), database)

/** Makes the file with the first key. Where there are keys already, a new one would open none. */
export async function prepareKeyFile(
  env: Settings,
  hasKeys: () => Promise<boolean>,
): Promise<void> {
  const file = keyFileOf(env)
  if (file === undefined || fs.existsSync(file) || (await hasKeys())) return
  makeKeyFile(file)
}
