import path from 'node:path'
import type { Route } from './route.ts'

const folder = path.resolve(import.meta.dirname, '../account-page')

const file = (address: string, name: string, type: string, operation: string): Route => ({
  method: 'get',
  path: address,
  operation,
  about: 'Part of the page to which the links of our mails lead.',
  answers: { 200: { about: 'The file.', type, schema: { type: 'string' } } },
  handle: (_request, response) => response.type(type).sendFile(name, { root: folder }),
})

/** Where one confirms an address, chooses a new password, or accepts an invitation. */
export const accountPage: readonly Route[] = [
  file('/account', 'index.html', 'text/html', 'readAccountPage'),
  file('/account/page.js', 'page.js', 'text/javascript', 'readAccountScript'),
  file('/account/operations.js', 'operations.js', 'text/javascript', 'readAccountOperations'),
  file('/account/style.css', 'style.css', 'text/css', 'readAccountStyle'),
]
