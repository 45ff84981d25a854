import pg from 'pg'
import { ask, type Reply, send, upgrade } from '../../harness/http.ts'
import type { Brood } from './canaries.ts'

/** What was answered, and to what. */
export interface Answered {
  readonly door: string
  readonly text: string
}

const json = { 'content-type': 'application/json' }

/** In the address, in every header, in bodies of every kind, and in bytes that are no HTTP. */
export async function throughHttp(url: string, brood: Brood): Promise<Answered[]> {
  const port = Number(new URL(url).port)
  const answers: Answered[] = []
  const note = (door: string, { text, headers }: Reply) =>
    answers.push({ door, text: `${JSON.stringify(headers)}\n${text}` })
  const headers = () => ({
    authorization: `Bearer ${brood.word()}`,
    cookie: `session=${brood.word()}; ${brood.word()}=1`,
    'user-agent': brood.mail(),
    referer: `https://shop.example/?mail=${brood.mail()}`,
    origin: `https://${brood.word()}.example`,
    'x-request-id': `bad id ${brood.mail()}`,
    'x-forwarded-for': brood.word(),
    'x-note': brood.phone(),
    [`x-${brood.word()}`]: brood.word(),
  })
  const paths = [
    '/healthz',
    '/readyz',
    '/metrics',
    '/nowhere',
    `/${brood.mail()}`,
    `/account/${brood.word()}`,
    '/graphql',
    '/%ff',
  ]
  for (const path of paths) {
    const there = `${path}?mail=${encodeURIComponent(brood.mail())}&phone=${brood.phone()}`
    note(`GET ${path}`, await ask(url, { path: there, headers: headers() }))
    for (const type of ['application/json', 'text/plain', brood.word(), 'multipart/form-data']) {
      const body = `${brood.mail()} ${brood.address()}`
      const options = { path: there, method: 'POST', headers: headers(), body }
      note(
        `POST ${path}`,
        await ask(url, { ...options, headers: { ...options.headers, 'content-type': type } }),
      )
    }
  }
  note('PURGE', await ask(url, { path: `/${brood.word()}`, method: 'PURGE', headers: headers() }))
  note(
    'WebSocket',
    await ask(`${url}/graphql?${brood.word()}`, { headers: { ...upgrade, ...headers() } }),
  )
  for (const bytes of [
    `GET /?${brood.mail()} HTTP/9.9\r\n${brood.word()}\r\n\r\n`,
    `${brood.mail()}\r\n\r\n`,
    `${brood.word()} / HTTP/1.1\r\nhost: ${brood.word()}\r\n\r\n`,
    `POST /graphql HTTP/1.1\r\ncontent-length: ${brood.phone()}\r\n\r\n`,
  ]) {
    answers.push({ door: 'raw bytes', text: await send(port, bytes) })
  }
  return answers
}

/** Asks GraphQL as that session. */
export const asker =
  (url: string, handle?: string) =>
  async (query: string, variables: object = {}): Promise<Reply> =>
    ask(`${url}/graphql`, {
      method: 'POST',
      headers: { ...json, ...(handle === undefined ? {} : { authorization: `Bearer ${handle}` }) },
      body: JSON.stringify({ query, variables }),
    })

/** Values in the wrong place, of the wrong type, too long, or no text: none of it may go through. */
export async function throughGraphql(
  url: string,
  handle: string,
  brood: Brood,
  titles: Brood,
): Promise<Answered[]> {
  const answers: Answered[] = []
  const post = async (door: string, body: string | Buffer) => {
    const headers = { ...json, authorization: `Bearer ${handle}` }
    const { text } = await ask(`${url}/graphql`, { method: 'POST', headers, body: body as string })
    answers.push({ door, text })
  }
  const gql = (door: string, query: string, variables?: object) =>
    post(door, JSON.stringify({ query, variables }))

  const create = `mutation ($product: ProductInput!) {
    createProduct(input: { product: $product }) { product { currency } }
  }`
  const product = (of = brood) => ({
    title: of.personName(),
    category: of.word(),
    description: of.address(),
    productPrice: '1.00',
    currency: 'EUR',
  })
  const wrong: Record<string, () => object> = {
    'a negative price': () => ({ productPrice: '-1' }),
    'a mail as price': () => ({ productPrice: brood.mail() }),
    'a phone as stock': () => ({ stockQuantity: brood.phone() }),
    'a byte zero': () => ({ title: `${brood.mail()}\u0000` }),
    'half a character': () => ({ title: `${brood.mail()}\ud800`, currency: 'XYZ' }),
    'too long': () => ({ title: `${brood.mail()} ${'x'.repeat(5000)}` }),
    'a list': () => ({ title: [brood.mail(), brood.mail()] }),
    'an object': () => ({ title: { mail: brood.mail() } }),
    'nothing where something must be': () => ({ title: null }),
  }
  for (const [door, change] of Object.entries(wrong)) {
    for (let times = 0; times < 5; times += 1) {
      await gql(door, create, { product: { ...product(), ...change() } })
    }
  }
  // A foreign key is asked after the row was written: such a row stays until it is cleared away.
  await gql('an unknown currency', create, { product: { ...product(titles), currency: 'XYZ' } })
  await gql('a product', create, { product: product(titles) })
  const asked = {
    'a number': 'query ($v: Int!) { currencies(first: $v) { nodes { code } } }',
    'a cursor': 'query ($v: Cursor!) { currencies(first: 1, after: $v) { nodes { code } } }',
    'a code': 'query ($v: String!) { currency(code: $v) { name } }',
    'a pattern': `query ($v: String!) {
      products(first: 1, filter: { category: { likeInsensitive: $v } }) { nodes { currency } }
    }`,
    'a brand': `query ($v: BigInt!) {
      categoryStock(brandId: $v, category: "x", currency: "EUR") { products }
    }`,
    'a moment': `mutation ($v: Datetime!) {
      createApiKey(expiresAt: $v, name: "a", role: analyst) { id }
    }`,
    'a role': `mutation ($v: UserRoleEnum!) {
      createApiKey(expiresAt: "2030-01-01T00:00:00Z", name: "a", role: $v) { id }
    }`,
    'a flag': 'query ($v: Boolean!) { __typename @skip(if: $v) }',
    'a product': `mutation ($v: ProductInput!) {
      createProduct(input: { product: $v }) { product { currency } }
    }`,
  }
  for (const [door, query] of Object.entries(asked)) {
    const values = [brood.mail(), brood.phone(), brood.address(), brood.personName()]
    for (const v of [...values, [brood.mail()], { mail: brood.mail() }, `${brood.mail()}; "a"`]) {
      await gql(`a value as ${door}`, query, { v })
    }
  }
  // With an operation name, in extensions, as a persisted query, and no JSON at all.
  await post(
    'operationName',
    JSON.stringify({ query: '{ __typename }', operationName: brood.word() }),
  )
  await post(
    'extensions',
    JSON.stringify({ query: '{ __typename }', extensions: { a: brood.mail() } }),
  )
  await post('unused', JSON.stringify({ query: '{ __typename }', variables: { a: brood.mail() } }))
  await post('half of it', `{"query":"{ __typename }","variables":{"v":"${brood.mail()}`)
  await post(
    'bytes that are no UTF-8',
    Buffer.concat([
      Buffer.from(`{"query":"{ __typename }","variables":{"v":"${brood.mail()}`),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from('"}}'),
    ]),
  )
  return answers
}

/** A document is its author's own: what stands in it may be told back, and stays nowhere. */
export async function throughDocuments(url: string, handle: string, brood: Brood): Promise<void> {
  const gql = asker(url, handle)
  await gql(`{ ${brood.word()} }`)
  await gql(`query ${brood.word()} { __typename }`)
  await gql(`{ ${brood.word()}: __typename }`)
  await gql(`{ currency(code: "${brood.mail()}") { name } }`)
  await gql(`{ currency(code: ${brood.word()}) { name } }`)
  await gql(`{ currencies(first: "${brood.mail()}") { nodes { code } } }`)
  await gql(`# ${brood.mail()}\n{ __typename }`)
  await gql(`{ "${brood.mail()}" }`)
  await gql(`query ($${brood.word()}: Int!) { __typename }`)
  await gql(
    'mutation ($p: ProductInput!) { createProduct(input: { product: $p }) { __typename } }',
    {
      p: { [brood.word()]: 1 },
    },
  )
}

/** Of people in the house: accounts that come to be, which keep names and mails; and the rest. */
export async function throughSigningIn(
  url: string,
  brood: Brood,
  kept: Brood,
): Promise<Answered[]> {
  const gql = asker(url)
  const answers: Answered[] = []
  const note = async (door: string, query: string, variables: object) => {
    const { text } = await gql(query, variables)
    answers.push({ door, text })
  }
  const register = `mutation ($mail: String!, $password: String!, $name: String!) {
    register(mail: $mail, password: $password, displayName: $name) { done }
  }`
  const login = `mutation ($mail: String!, $password: String!) {
    login(mail: $mail, password: $password) { outcome }
  }`
  const password = () => `Aa1-${brood.word()}`
  for (let times = 0; times < 3; times += 1) {
    const mail = kept.mail()
    const secret = password()
    await note('register', register, { mail, password: secret, name: kept.personName() })
    await note('login', login, { mail, password: secret })
    await note('login with another password', login, { mail, password: password() })
    await note(
      'requestRecovery',
      'mutation ($mail: String!) { requestRecovery(mail: $mail) { done } }',
      { mail },
    )
  }
  await note('register with a weak password', register, {
    mail: brood.mail(),
    password: brood.word().slice(0, 11),
    name: brood.personName(),
  })
  await note('register without a mail', register, {
    mail: brood.word(),
    password: password(),
    name: brood.personName(),
  })
  await note('register with two lines', register, {
    mail: brood.mail(),
    password: password(),
    name: `${brood.personName()}\n${brood.word()}`,
  })
  await note('register with a long name', register, {
    mail: brood.mail(),
    password: password(),
    name: brood.personName().repeat(20),
  })
  for (let times = 0; times < 4; times += 1) {
    await note('login of nobody', login, { mail: brood.mail(), password: password() })
    await note('login with no address', login, { mail: brood.personName(), password: password() })
    await note(
      'recovery of nobody',
      'mutation ($mail: String!) { requestRecovery(mail: $mail) { done } }',
      { mail: brood.mail() },
    )
  }
  for (const [field, more] of [
    ['confirmMail', ''],
    ['lookAtInvitation', ''],
    ['recoverPassword', 'newPassword: $password, '],
    ['acceptInvitation', 'password: $password, displayName: $password, '],
  ]) {
    await note(
      String(field),
      `mutation ($token: String!, $password: String!) {
        ${field}(${more}token: $token) { __typename }
      }`.replace(more === '' ? ', $password: String!' : '', ''),
      { token: brood.word(), ...(more === '' ? {} : { password: password() }) },
    )
  }
  await note(
    'giveSecondFactor',
    'mutation ($c: String!) { giveSecondFactor(challenge: $c, code: $c) { outcome } }',
    { c: brood.word() },
  )
  return answers
}

/**
 * As a person at a prompt of SQL: what fails, what is refused, what is cancelled and what works.
 * What PostgreSQL quotes in its errors is told apart: see the exceptions.
 */
export async function throughSql(
  connectionString: string,
  brood: Brood,
  misspelt: Brood,
): Promise<void> {
  const client = new pg.Client({ connectionString, application_name: 'psql' })
  client.on('error', () => {})
  await client.connect()
  const text = (value: string) => client.escapeLiteral(value)
  const name = (value: string) => client.escapeIdentifier(value)
  const statements = () => [
    `select ${text(brood.mail())}`,
    `select ${text(brood.mail())} as x from app_public.products as p where p.title = ${text(brood.personName())}`,
    `select * from app_public.customers as c where c.mail_mask = ${text(brood.mail())}`,
    `insert into app_public.customers (name_mask) values (${text(brood.personName())})`,
    `update app_public.products set title = ${text(brood.personName())}`,
    `select app_private.take_attempt(${text(brood.mail())})`,
    `set statement_timeout = 100; select pg_sleep(5), ${text(brood.mail())}`,
    `explain select ${text(brood.mail())}`,
    `prepare p as select ${text(brood.mail())}; deallocate p`,
    `begin; declare c cursor for select ${text(brood.mail())}; close c; commit`,
    `set fluence.note = ${text(brood.mail())}; reset fluence.note`,
    `copy (select ${text(brood.mail())}) to stdout (format nothing)`,
  ]
  const quoted = () => [
    `select ${text(misspelt.mail())}::integer`,
    `select * from ${name(misspelt.word())}`,
    `select ${name(misspelt.word())}`,
    `selec ${text(misspelt.mail())}`,
    `select ${text(misspelt.phone())}::date`,
    `set time zone ${text(misspelt.word())}`,
  ]
  try {
    for (let times = 0; times < 5; times += 1) {
      for (const sql of [...statements(), ...quoted()]) {
        await client.query(sql).catch(() => client.query('rollback'))
      }
    }
    await client.query('select $1::integer', [misspelt.mail()]).catch(() => {})
    await client.query('select $1::text', [brood.mail()])
  } finally {
    await client.end()
  }
}

/** Somebody who has confirmed the address wants another one, and an admin invites somebody. */
export async function throughAccounts(
  url: string,
  admin: string,
  brood: Brood,
  kept: Brood,
  linkFor: (mail: string) => Promise<string>,
): Promise<Answered[]> {
  const answers: Answered[] = []
  const [mail, password] = [kept.mail(), `Aa1-${brood.word()}`]
  const note = async (door: string, query: string, variables: object, handle?: string) => {
    const { text } = await asker(url, handle)(query, variables)
    answers.push({ door, text })
    return JSON.parse(text) as { data?: Record<string, Record<string, string>> }
  }
  await note(
    'register and confirm',
    `mutation ($mail: String!, $password: String!, $name: String!) {
      register(mail: $mail, password: $password, displayName: $name) { done }
    }`,
    { mail, password, name: kept.personName() },
  )
  const token = await linkFor(mail)
  await note('confirm', 'mutation ($token: String!) { confirmMail(token: $token) { done } }', {
    token,
  })
  const { data } = await note(
    'log in',
    `mutation ($mail: String!, $password: String!) {
      login(mail: $mail, password: $password) { accessToken }
    }`,
    { mail, password },
  )
  const session = data?.['login']?.['accessToken']
  const change = `mutation ($mail: String!, $password: String!) {
    changeMail(mail: $mail, password: $password) { done }
  }`
  await note('change the address', change, { mail: kept.mail(), password }, session)
  await note(
    'change it with another password',
    change,
    { mail: brood.mail(), password: brood.word() },
    session,
  )
  await note(
    'change the password',
    `mutation ($old: String!, $new: String!) {
      changePassword(password: $old, newPassword: $new) { done }
    }`,
    { old: password, new: `Bb2-${brood.word()}` },
    session,
  )
  const invite = `mutation ($mail: MailAddress!) {
    invite(input: { mail: $mail, role: analyst }) { clientMutationId }
  }`
  await note('invite', invite, { mail: kept.mail() }, admin)
  await note('invite nobody', invite, { mail: brood.personName() }, admin)
  return answers
}
