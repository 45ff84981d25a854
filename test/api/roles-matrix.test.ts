import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  type IntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isObjectType,
} from 'postgraphile/graphql'
import { expect } from 'vitest'
import { withClient } from '../../src/server/postgres/connect.ts'
import { prepareAttempts, tryAll } from '../guards/roles-matrix/attempts.ts'
import {
  grantsOn,
  type Relation,
  relationsOf,
  type Routine,
  routinesOf,
} from '../guards/roles-matrix/catalog.ts'
import { peopleRoles } from '../guards/roles-matrix/roles.ts'
import { answersOf, callsOf } from '../guards/roles-matrix/routines.ts'
import { type Persona, seedWorlds } from '../guards/roles-matrix/world.ts'
import { type Api, test as base } from '../harness/api.ts'
import { Story } from '../harness/test.ts'

interface Stage {
  readonly api: Api
  readonly schema: GraphQLSchema
  readonly personas: readonly Persona[]
  readonly relations: readonly Relation[]
  readonly routines: readonly Routine[]
  /** In a transaction that is rolled back. */
  inSql<T>(work: (story: Story) => Promise<T>): Promise<T>
}

/** The two brands of the roles matrix, in the database that GraphQL answers from. */
const test = base.extend<{ stage: Stage }>({
  stage: [
    async ({ api }, use) => {
      const { body } = await api.graphql(getIntrospectionQuery())
      const schema = buildClientSchema(body.data as unknown as IntrospectionQuery)
      await withClient(api.database.superuserUrl, async (client) => {
        const story = new Story(client)
        await client.query('begin')
        const { sessions, nobody } = await seedWorlds(story)
        const relations = await relationsOf(story)
        const routines = await routinesOf(story)
        await prepareAttempts(story)
        await client.query('commit')
        const visitor = nobody.filter(({ role }) => role === 'fluence_visitor')
        await use({
          api,
          schema,
          personas: [...sessions, ...visitor],
          relations: relations.filter(({ name }) => /^(app_public|reporting)\./.test(name)),
          routines,
          async inSql(work) {
            await client.query('begin')
            const answer = await work(story)
            await client.query('rollback')
            return answer
          },
        })
      })
    },
    { scope: 'file' },
  ],
})

const bare = (name: string) => name.replace(/^\w+\./, '')
const camel = (name: string) =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
const fieldOf = (column: string) => (column === 'id' ? 'rowId' : camel(column))
/** Singular or plural: names are the same but for their ends. */
const stem = (name: string) =>
  name
    .toLowerCase()
    .replaceAll('_', '')
    .replace(/(ie|y)?s?$/, '')

const connections = (schema: GraphQLSchema) =>
  Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ type }) =>
    getNamedType(type).name.endsWith('Connection'),
  )

/** The columns that GraphQL shows of a relation as they are, in the order of SQL. */
function shownColumns(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>, r: Relation) {
  const node = schema.getType(getNamedType(field.type).name.replace(/Connection$/, ''))
  if (!isObjectType(node)) throw new Error(`${field.name} has no nodes`)
  const fields = node.getFields()
  return r.columns.filter((column) => {
    const found = fields[fieldOf(column)]
    const type = found && getNamedType(found.type)
    // Moments are written differently, and rows are told apart without them.
    return type !== undefined && isLeafType(type) && !['Datetime', 'JSON'].includes(type.name)
  })
}

/** As JavaScript writes it, an array too. */
const asText = (column: string) => `coalesce(
  case jsonb_typeof(to_jsonb(t.${column}))
    when 'array' then (
      select string_agg(e.value, ',' order by e.ordinality)
      from jsonb_array_elements_text(to_jsonb(t.${column})) with ordinality as e
    )
    else t.${column}::text
  end,
  '-'
)`

test('every table and view of app_public and reporting is in GraphQL, and nothing else', ({
  stage: { schema, relations },
}) => {
  const inGraphQL = connections(schema).map(({ name }) => stem(name))
  expect(inGraphQL.toSorted()).toEqual(relations.map(({ name }) => stem(bare(name))).toSorted())
})

test('every role sees by GraphQL the rows that it sees by SQL, and is refused the same', async ({
  stage: { api, schema, personas, relations, inSql },
}) => {
  const differing: string[] = []
  let rowsSeen = 0
  for (const field of connections(schema)) {
    const relation = relations.find(({ name }) => stem(bare(name)) === stem(field.name))
    if (relation === undefined) throw new Error(`${field.name} is of no table or view`)
    const columns = shownColumns(schema, field, relation)
    expect(columns, field.name).not.toEqual([])
    const attempt = {
      statement: `
        select coalesce(json_agg(r.row order by r.row), '[]')
        from (
          select concat_ws('|', ${columns.map(asText).join(', ')}) as row
          from ${relation.name} as t
        ) as r`,
      answers: true,
    }
    for (const persona of personas) {
      const [sql = ''] = await inSql((story) => tryAll(story, persona, [attempt]))
      const { body } = await api.graphql(
        `{ ${field.name}(first: 1000) { totalCount nodes { ${columns.map(fieldOf).join(' ')} } } }`,
        {},
        persona.handle,
      )
      const answer = (body.data?.[field.name] ?? null) as {
        totalCount: number
        nodes: Record<string, unknown>[]
      } | null
      const rows = answer?.nodes.map((node) =>
        columns.map((column) => String(node[fieldOf(column)] ?? '-')).join('|'),
      )
      const code = body.errors?.[0]?.extensions.code
      const wanted = sql === '42501' ? 'FL916' : (JSON.parse(sql) as string[]).toSorted()
      const found = code ?? rows?.toSorted()
      rowsSeen += rows?.length ?? 0
      if (
        JSON.stringify(found) !== JSON.stringify(wanted) ||
        (rows !== undefined && answer?.totalCount !== rows.length)
      ) {
        differing.push(
          `${persona.name}: ${field.name}: ${JSON.stringify(found)} for ${JSON.stringify(wanted)}`,
        )
      }
    }
  }
  expect(differing).toEqual([])
  expect(rowsSeen).toBeGreaterThan(500)
}, 120_000)

/** Arguments as SQL has them, as GraphQL has them. */
function written(given: string, types: readonly (readonly [string, boolean])[]): string {
  const values = given === '' ? [] : given.split(', ').map((value) => value.replaceAll("'", ''))
  return types
    .slice(0, values.length)
    .map(([name, isEnum], i) => `${name}: ${isEnum ? values[i] : JSON.stringify(values[i])}`)
    .join(', ')
}

/** What is asked of GraphQL, or undefined where it does not have the function. */
function asked(schema: GraphQLSchema, { name }: Routine, given: string): string | undefined {
  const field = camel(bare(name))
  const query = schema.getQueryType()?.getFields()[field]
  if (query !== undefined) {
    const types = query.args.map((arg) => [arg.name, isEnumType(getNamedType(arg.type))] as const)
    const args = written(given, types)
    return `{ ${field}${args === '' ? '' : `(${args})`} }`
  }
  const mutation = schema.getMutationType()?.getFields()[field]
  if (mutation === undefined) return undefined
  const input = getNamedType(mutation.args[0]!.type) as GraphQLInputObjectType
  const types = Object.values(input.getFields())
    .filter((each) => each.name !== 'clientMutationId')
    .map((each) => [each.name, isEnumType(getNamedType(each.type))] as const)
  return `mutation { ${field}(input: { ${written(given, types)} }) { clientMutationId } }`
}

/** Whether the server stands between: it hides the function behind a mutation of its own. */
function isMediated(schema: GraphQLSchema, { name }: Routine): boolean {
  // Asked by the server before findCustomer.
  if (name === 'app_public.require_reader') return true
  const mutation = schema.getMutationType()?.getFields()[camel(bare(name))]
  return mutation !== undefined && mutation.args[0]?.name !== 'input'
}

test('every function refuses by GraphQL whom it refuses by SQL, with the same code', async ({
  stage: { api, schema, personas, routines, inSql },
}) => {
  const differing: string[] = []
  const mediated: string[] = []
  let refusals = 0
  for (const routine of routines.filter(({ name }) => name.startsWith('app_public.'))) {
    // Other arguments go in there, and other answers come out: tests by room show them.
    if (isMediated(schema, routine)) {
      mediated.push(routine.name)
      continue
    }
    const calls = Object.entries(callsOf(routine))
    const said = await inSql((story) => answersOf(story, routine, personas))
    for (const persona of personas) {
      const answers = (said.get(persona) ?? '').split(/, (?=[\w' ]+: )/)
      for (const [i, [whose, given]] of calls.entries()) {
        const sql = answers[i]?.replace(`${whose}: `, '') ?? ''
        // What goes through would change what the next one is answered; tests by room show it.
        if (routine.isVolatile && sql.startsWith('done')) continue
        const text = asked(schema, routine, given)
        if (text === undefined) throw new Error(`GraphQL does not have ${routine.name}`)
        const { body } = await api.graphql(text, {}, persona.handle)
        const [value = null] = Object.values(body.data ?? {})
        const found = body.errors?.[0]?.extensions.code ?? String(value)
        const wanted = sql === 'refused' ? 'FL916' : sql
        if (wanted.startsWith('FL')) refusals += 1
        if (found !== wanted) differing.push(`${persona.name}: ${text}: ${found} for ${wanted}`)
      }
    }
  }
  expect(differing).toEqual([])
  expect(mediated).toEqual([
    'app_public.find_customer',
    'app_public.read_person',
    'app_public.require_reader',
  ])
  expect(refusals).toBeGreaterThan(100)
}, 120_000)

test('what nobody may write cannot be named in a mutation', async ({
  stage: { schema, relations, inSql },
}) => {
  const roles = peopleRoles.map((role) => `fluence_${role}`)
  const writable = async (relation: Relation, command: string) => {
    const grants = await inSql((story) => grantsOn(story, relation, roles))
    const columns = [...grants.values()].flatMap((ofRole) => ofRole.get(command) ?? [])
    return [...new Set(columns)].map(fieldOf).toSorted()
  }
  const inputs: string[] = []
  for (const [kind, command] of [
    ['Input', 'insert'],
    ['Patch', 'update'],
  ] as const) {
    for (const relation of relations) {
      const name = Object.keys(schema.getTypeMap()).find(
        (each) => each.endsWith(kind) && stem(each.replace(kind, '')) === stem(bare(relation.name)),
      )
      const type = name === undefined ? undefined : schema.getType(name)
      const fields = isInputObjectType(type) ? Object.keys(type.getFields()).toSorted() : []
      if (fields.length > 0) inputs.push(name ?? '')
      expect(fields, `${command} ${relation.name}`).toEqual(await writable(relation, command))
    }
  }
  expect(inputs).toContain('ProductInput')
  expect(inputs).toContain('UserPatch')
})
