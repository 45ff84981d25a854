import { Problem } from '../problem.ts'
import { type MasterKey, readMasterKey } from './personal/master-key.ts'
import type { Setting } from './setting.ts'

const masterKey = (name: string, about: string, unset: string): Setting<MasterKey | undefined> => ({
  name,
  about,
  unset,
  secret: true,
  parse(text) {
    if (text === undefined) return undefined
    const key = readMasterKey(text)
    if (key !== undefined) return key
    throw new Problem(
      `${name} is no key.`,
      'Write 32 random bytes in base64 or hex, for example what this prints: openssl rand -base64 32',
    )
  },
})

/** The settings of the keys of personal data. */
export const keySettings = {
  masterKey: masterKey(
    'FLUENCE_MASTER_KEY',
    'The key that all keys of personal data are wrapped with: 32 bytes in base64 or hex',
    'master.key in the data folder; with DATABASE_URL, none',
  ),
  previousMasterKey: masterKey(
    'FLUENCE_MASTER_KEY_PREVIOUS',
    'The key before it, until `fluence keys rewrap` is done',
    'there is only one',
  ),
}
