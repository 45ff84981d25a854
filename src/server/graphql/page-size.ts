import 'postgraphile'
import type { Step } from 'postgraphile/grafast'

export const defaultPageSize = 100
export const largestPageSize = 1000

interface Paged {
  setFirst(first: Step): void
}

const pageSize = (first: unknown, last: unknown): number | undefined => {
  if (typeof first === 'number') return Math.min(first, largestPageSize)
  return typeof last === 'number' ? undefined : defaultPageSize
}

/**
 * Every list is answered in pages, nested ones too. The argument's own plan is taken away and the
 * field sets the page itself, so that a page has a size also where none is asked for.
 */
export const pageSizePlugin: GraphileConfig.Plugin = {
  name: 'PageSizePlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args: {
        after: ['PgFirstLastBeforeAfterArgsPlugin'],
        callback(args, _build, { scope }) {
          const { first } = args
          if (first === undefined || !isList(scope)) return args
          const { applyPlan: _taken, ...rest } = first
          return { ...args, first: rest }
        },
      },
      GraphQLObjectType_fields_field(field, build, { scope }) {
        const inner = field.plan
        if (inner === undefined || !isList(scope)) return field
        const { lambda } = build.grafast
        return {
          ...field,
          plan($parent, args, info) {
            const $list = inner($parent, args, info) as Step & Partial<Paged>
            const names = new Set(info.field.args.map((arg) => arg.name))
            if (names.has('first')) {
              const sizes = ['first', 'last']
                .filter((name) => names.has(name))
                .map((name) => args.getRaw(name))
              ;($list as unknown as Paged).setFirst(
                lambda(sizes, ([first, last]) => pageSize(first, last), true),
              )
            }
            return $list
          },
        }
      },
    },
  },
}

const isList = (scope: { isPgFieldConnection?: boolean; isPgFieldSimpleCollection?: boolean }) =>
  Boolean(scope.isPgFieldConnection ?? scope.isPgFieldSimpleCollection)
