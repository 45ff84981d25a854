import type { Fluence } from './fluence.ts'

/** Amounts and numbers of rows are texts: JavaScript's numbers would round them. */
export interface Product {
  readonly rowId: string
  readonly title: string
  readonly category: string
  readonly productPrice: string
  readonly currency: string
}

export interface ProductFilter {
  readonly category?: { readonly equalTo: string } | { readonly in: readonly string[] }
  readonly stockQuantity?: { readonly lessThan: number }
}

const productFields = 'rowId title category productPrice currency'

/** All products that pass the filter, page by page: at no time is more than a page in memory. */
export async function* products(
  fluence: Fluence,
  filter: ProductFilter = {},
  pageSize = 100,
): AsyncGenerator<Product> {
  interface Page {
    readonly products: {
      readonly nodes: readonly Product[]
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    }
  }
  let after: string | null = null
  for (;;) {
    const page: Page = await fluence.ask<Page>(
      `query Products($first: Int!, $after: Cursor, $filter: ProductFilter) {
        products(first: $first, after: $after, filter: $filter) {
          nodes { ${productFields} }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      { first: pageSize, after, filter },
    )
    yield* page.products.nodes
    if (!page.products.pageInfo.hasNextPage) return
    after = page.products.pageInfo.endCursor
  }
}

export interface MonthOfProducts {
  /** When the month began, where the brand is at home. */
  readonly month: string
  readonly products: string
}

/** How many products were added in each month, as the brand's own calendar has it. */
export async function productsByMonth(fluence: Fluence): Promise<MonthOfProducts[]> {
  interface Grouped {
    readonly products: {
      readonly groupedAggregates: readonly {
        readonly keys: readonly string[]
        readonly distinctCount: { readonly rowId: string }
      }[]
    }
  }
  const { products: found } = await fluence.ask<Grouped>(
    `query ProductsByMonth {
      products {
        groupedAggregates(groupBy: [CREATED_AT_TRUNCATED_TO_MONTH]) {
          keys
          distinctCount { rowId }
        }
      }
    }`,
  )
  return found.groupedAggregates.map(({ keys, distinctCount }) => ({
    month: keys[0] ?? '',
    products: distinctCount.rowId,
  }))
}

export interface Stock {
  readonly category: string
  readonly currency: string
  readonly products: string
  readonly unitsInStock: string
  readonly stockValue: string
}

/** The stock report: the same figures that BI logins read in reporting.category_stock. */
export async function stock(fluence: Fluence): Promise<readonly Stock[]> {
  const { categoryStocks } = await fluence.ask<{
    readonly categoryStocks: { readonly nodes: readonly Stock[] }
  }>(
    `query Stock {
      categoryStocks(orderBy: [PRIMARY_KEY_ASC]) {
        nodes { category currency products unitsInStock stockValue }
      }
    }`,
  )
  return categoryStocks.nodes
}

export interface ProductChange {
  readonly position: string
  readonly change: 'added' | 'edited' | 'retired' | 'deleted'
  readonly product: Pick<Product, 'rowId' | 'title'> | null
}

/** Where to begin to follow: ask before you load what you show, and nothing is missed. */
export async function feedPosition(fluence: Fluence): Promise<string> {
  const answer = await fluence.ask<{ readonly feedPosition: string }>(
    'query FeedPosition { feedPosition }',
  )
  return answer.feedPosition
}

/** Each change of a product from a position on, as it happens. */
export async function* productChanges(
  fluence: Fluence,
  after: string,
): AsyncGenerator<ProductChange> {
  interface Told {
    readonly productChanged: ProductChange
  }
  const told = fluence.follow<Told>(
    `subscription ProductChanges($after: BigInt) {
      productChanged(after: $after) { position change product { rowId title } }
    }`,
    ({ productChanged }) => productChanged.position,
    after,
  )
  for await (const { productChanged } of told) yield productChanged
}
