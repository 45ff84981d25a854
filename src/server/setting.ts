import { Problem } from '../problem.ts'

/** One setting in the environment: what it is for, and how its text is read and checked. */
export interface Setting<T> {
  readonly name: string
  readonly about: string
  readonly unset: string
  /** Shown by `doctor --settings`? A secret only shows that it is set. */
  readonly secret?: boolean
  parse(text: string | undefined): T
}

export const refuse = (name: string, text: string, wanted: string): never => {
  throw new Problem(`${name}=${JSON.stringify(text)} is not valid.`, `Set it to ${wanted}.`)
}

/** Several of something, with commas or spaces between them. */
export function listOf<T>(
  name: string,
  about: string,
  unset: string,
  read: (item: string) => T | undefined,
  wanted: string,
): Setting<readonly T[]> {
  return {
    name,
    about,
    unset,
    parse: (text) =>
      (text ?? '')
        .split(/[\s,]+/)
        .filter((item) => item !== '')
        .map((item) => read(item) ?? refuse(name, item, wanted)),
  }
}
