import fs from 'node:fs'
import path from 'node:path'
import { projectDir } from '../env.ts'
import { refusals } from './errors.ts'
import type { Answer, Route, Schema } from './route.ts'

const text = { type: 'string' } as const

const errorSchema = {
  type: 'object',
  required: ['error'],
  additionalProperties: false,
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'reference'],
      additionalProperties: false,
      properties: {
        code: { ...text, enum: Object.keys(refusals), description: 'What happened, for programs.' },
        message: { ...text, description: 'What happened, for people.' },
        reference: { ...text, description: 'What the log of the server knows it by.' },
      },
    },
  },
} as const

const { version } = JSON.parse(fs.readFileSync(path.join(projectDir, 'package.json'), 'utf8')) as {
  version: string
}

/** The document of all routes, made of the very declarations that install them. */
export function openApi(routes: readonly Route[], publicUrl?: string): Schema {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operationOf(route)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Fluence',
      version,
      description: 'Everything that is not GraphQL; that is at /graphql and describes itself.',
    },
    servers: [{ url: publicUrl ?? '/' }],
    paths,
    components: {
      schemas: { Error: errorSchema },
      responses: {
        Error: {
          description: 'The request was refused, or failed.',
          headers: {
            'X-Request-Id': {
              description: 'The id that the request came with, or was given.',
              schema: text,
            },
          },
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
      securitySchemes: {
        metricsToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'FLUENCE_METRICS_TOKEN. Where none is set, only the machine itself may ask.',
        },
      },
    },
  }
}

function operationOf({ operation, about, path: address, body, answers, token }: Route) {
  const parameters = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: text,
  }))
  return {
    operationId: operation,
    summary: about,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: jsonOf(body.schema) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, it]) => [status, responseOf(it)]),
      ),
      default: { $ref: '#/components/responses/Error' },
    },
    security: token ? [{ metricsToken: [] }] : [],
  }
}

const jsonOf = (schema: Schema) => ({ 'application/json': { schema } })

function responseOf({ about, type, schema }: Answer) {
  const content = schema === undefined ? undefined : { [type ?? 'application/json']: { schema } }
  return { description: about, ...(content !== undefined && { content }) }
}
