import type { Schema } from '../../src/server/http/route.ts'

const known = new Set([
  'type',
  'required',
  'properties',
  'additionalProperties',
  'enum',
  'const',
  'description',
])

/** Where a value is not as its schema says; for the few keywords of JSON Schema that we use. */
export function faultsIn(value: unknown, schema: Schema, at = ''): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !known.has(keyword))
  const faults = unknown.map((keyword) => `${at} has a keyword that is not checked: ${keyword}`)
  const is = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  if ('type' in schema && schema['type'] !== is) faults.push(`${at} is ${is}`)
  if ('const' in schema && schema['const'] !== value) faults.push(`${at} is not the value`)
  if ('enum' in schema && !(schema['enum'] as unknown[]).includes(value)) {
    faults.push(`${at} is none of the values`)
  }
  if (is !== 'object') return faults
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>
  const found = Object.keys(value as object)
  for (const name of (schema['required'] ?? []) as string[]) {
    if (!found.includes(name)) faults.push(`${at} lacks ${name}`)
  }
  for (const [name, inner] of Object.entries(value as object)) {
    const described = properties[name]
    const place = at === '' ? name : `${at}.${name}`
    if (described !== undefined) faults.push(...faultsIn(inner, described, place))
    else if (schema['additionalProperties'] === false) faults.push(`${place} is not described`)
  }
  return faults
}
