import { describe, expect, test } from 'vitest'
import { refusals } from '../../src/server/http/errors.ts'
import type { Schema } from '../../src/server/http/route.ts'
import { faultsIn } from '../harness/json-schema.ts'
import { ask, type RunningApp, startApp } from '../harness/http.ts'
import { byHand } from '../harness/routes.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { name: string; in: string }[]
  readonly responses: Record<
    string,
    { content?: Record<string, { schema: Schema }>; $ref?: string }
  >
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, Schema> }
}

const documentOf = async ({ url }: RunningApp) =>
  (await ask(`${url}/openapi.json`)).json as Document

const described = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  )

interface Layer {
  readonly route?: { readonly path: string; readonly stack: readonly { method?: string }[] }
  readonly name: string
}

/** What Express itself knows, whoever added it. */
function installed({ app }: RunningApp): string[] {
  const layers = (app.router as unknown as { stack: readonly Layer[] }).stack
  return layers.flatMap(({ route }) => {
    if (route === undefined) return []
    const methods = new Set(route.stack.flatMap(({ method }) => method ?? []))
    return [...methods].map((method) => `${method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`)
  })
}

const things = byHand('/things/{id}', (_request, response) => response.json({}), {
  method: 'put',
  body: { schema: { type: 'object' } },
})

describe('the document', () => {
  test('has every route, and no other', async () => {
    const app = await startApp({ routes: [things] })
    const document = await documentOf(app)
    expect(described(document).toSorted()).toEqual(installed(app).toSorted())
    expect(described(document)).toEqual(
      expect.arrayContaining(['get /healthz', 'get /readyz', 'get /metrics', 'get /openapi.json']),
    )
    app.app.get('/smuggled', () => {})
    expect(installed(app)).toContain('get /smuggled')
    expect(described(document)).not.toContain('get /smuggled')
  })

  test('is OpenAPI 3.1: operations are named once, parameters declared, references kept', async () => {
    const document = await documentOf(await startApp({ routes: [things] }))
    expect(document.openapi).toMatch(/^3\.1\./)
    const all = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    )
    const names = all.map(({ operation }) => operation.operationId)
    expect(new Set(names).size).toBe(names.length)
    for (const { path, operation } of all) {
      const { summary, parameters = [], responses } = operation
      expect(summary).toMatch(/^[A-Z].*\.$/)
      expect(parameters.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
      expect(Object.keys(responses)).toContain('default')
    }
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)]
    expect(references.length).toBeGreaterThan(0)
    for (const [, reference = ''] of references) {
      const found = reference
        .split('/')
        .reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], document)
      expect([reference, found]).not.toContain(undefined)
    }
  })

  test('tells what is really answered', async () => {
    const ready = await startApp()
    const notReady = await startApp({ readiness: async () => 'database_slow' })
    const document = await documentOf(ready)
    const expectAsTold = async (app: RunningApp, path: string, status: number) => {
      const answer = await ask(app.url + path)
      expect(answer.status).toBe(status)
      const { content = {} } = document.paths[path]?.['get']?.responses[status] ?? {}
      const [[type = '', told] = []] = Object.entries(content)
      expect(answer.headers['content-type']).toContain(type)
      expect([path, told]).not.toContain(undefined)
      expect(faultsIn(answer.json ?? answer.text, told?.schema ?? {})).toEqual([])
    }
    await expectAsTold(ready, '/healthz', 200)
    await expectAsTold(ready, '/readyz', 200)
    await expectAsTold(notReady, '/readyz', 503)
    await expectAsTold(ready, '/metrics', 200)
    await expectAsTold(ready, '/openapi.json', 200)
  })

  test('tells how errors look, with all their codes', async () => {
    const app = await startApp()
    const { schemas } = (await documentOf(app)).components
    const error = schemas['Error'] ?? {}
    expect(faultsIn((await ask(`${app.url}/nowhere`)).json, error)).toEqual([])
    expect(faultsIn({ error: { code: 'unheard_of', message: '', reference: '' } }, error)).toEqual([
      'error.code is none of the values',
    ])
    expect(JSON.stringify(error)).toContain(JSON.stringify(Object.keys(refusals)))
  })
})
