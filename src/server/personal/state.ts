import { PersonalDataFault } from './faults.ts'
import { isOpenToOthers } from './key-file.ts'
import { keyFileOf, masterKeysOf } from './open.ts'

/** What is not as it should be with the master key. */
export interface KeyFinding {
  readonly isProblem: boolean
  readonly says: string
  readonly mend: string
}

type Settings = Parameters<typeof masterKeysOf>[0]

/** Given are the ids of the master keys that keys of the database are wrapped with. */
export function judgeMasterKeys(env: Settings, inUse: readonly string[]): KeyFinding[] {
  const keys = masterKeysOf(env)
  const findings: KeyFinding[] = []
  const note = (isProblem: boolean, says: string, mend: string) =>
    void findings.push({ isProblem, says, mend })
  try {
    for (const id of inUse) keys.withId(id)
    if (inUse.some((id) => id !== keys.current.id)) {
      note(
        false,
        `Not all keys are wrapped with the current master key ${keys.current.id}.`,
        'npm run -s fluence -- keys rewrap',
      )
    }
  } catch (error) {
    if (!(error instanceof PersonalDataFault)) throw error
    note(true, error.message, error.advice)
  }
  if (inUse.length === 0 && env.databaseUrl !== undefined && env.masterKey === undefined) {
    note(
      false,
      'There is no master key, so personal data cannot be stored.',
      'Set FLUENCE_MASTER_KEY, for example to what this prints: openssl rand -base64 32',
    )
  }
  const file = keyFileOf(env)
  if (file !== undefined && findings.length === 0) {
    if (isOpenToOthers(file)) note(true, `Others may read ${file}.`, `chmod 600 '${file}'`)
    note(
      false,
      `The master key lies beside the data, in ${file}: a copy of the folder holds both.`,
      'Keep a copy of the file elsewhere; in production give it as FLUENCE_MASTER_KEY and delete the file.',
    )
  }
  return findings
}
