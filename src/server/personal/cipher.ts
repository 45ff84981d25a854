import crypto from 'node:crypto'

/** The first byte of all that we encrypt: AES-256-GCM, nonce, ciphertext, tag. */
const format = 1
const nonceBytes = 12
const tagBytes = 16
const algorithm = 'aes-256-gcm'

/** Encrypts so that it decrypts only where the same is known of it. */
export function encrypt(key: crypto.KeyObject, known: Buffer, plain: Buffer): Buffer {
  const nonce = crypto.randomBytes(nonceBytes)
  const cipher = crypto.createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(known)
  const body = cipher.update(plain)
  cipher.final()
  return Buffer.concat([Buffer.of(format), nonce, body, cipher.getAuthTag()])
}

/** Undefined where anything differs from what was encrypted. */
export function decrypt(key: crypto.KeyObject, known: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length <= nonceBytes + tagBytes || sealed[0] !== format) return undefined
  const nonce = sealed.subarray(1, 1 + nonceBytes)
  const decipher = crypto.createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(known)
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  const plain = decipher.update(sealed.subarray(1 + nonceBytes, -tagBytes))
  try {
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}

/** One encoding for each list of texts: no two lists have the same. */
export const encodeParts = (...parts: readonly string[]): Buffer =>
  Buffer.from(parts.map((part) => `${part.length}:${part}`).join(''), 'utf8')
