import { Fluence, FluenceError } from './fluence.ts'
import { feedPosition, productChanges, products, productsByMonth, stock } from './shop.ts'

const { FLUENCE_URL = 'http://127.0.0.1:5050', FLUENCE_API_KEY } = process.env
const { FLUENCE_MAIL, FLUENCE_PASSWORD } = process.env
const [what = 'page', argument] = process.argv.slice(2)
const fluence = new Fluence(FLUENCE_URL, FLUENCE_API_KEY)

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

async function printAll(values: AsyncIterable<unknown>): Promise<void> {
  for await (const value of values) print(value)
}

const actions: Record<string, () => Promise<void>> = {
  page: () => printAll(products(fluence, {}, 2)),
  filter: () => printAll(products(fluence, { stockQuantity: { lessThan: Number(argument) } })),
  aggregate: async () => (await productsByMonth(fluence)).forEach(print),
  stock: async () => (await stock(fluence)).forEach(print),
  follow: async () => printAll(productChanges(fluence, argument ?? (await feedPosition(fluence)))),
}

try {
  const action = actions[what]
  if (action === undefined) throw new FluenceError(`There is no ${what}.`, 'usage')
  if (FLUENCE_MAIL !== undefined) await fluence.login(FLUENCE_MAIL, FLUENCE_PASSWORD ?? '')
  await action()
} catch (error) {
  if (!(error instanceof FluenceError)) throw error
  process.stderr.write(`${error.code}: ${error.message}\n`)
  process.exitCode = 1
}
