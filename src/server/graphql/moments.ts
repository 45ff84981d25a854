import 'postgraphile'
import { GraphQLError } from 'postgraphile/graphql'

const moment = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)$/i

/**
 * A moment says its zone and lies in years of four digits. PostgreSQL also reads "yesterday",
 * "infinity" and "44 BC"; the first is rarely meant, and the others come back as something else.
 */
export const momentsPlugin: GraphileConfig.Plugin = {
  name: 'MomentsPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      GraphQLScalarType(config, build) {
        if (config.name !== build.inflection.builtin('Datetime')) return config
        const parse = (value: unknown) => {
          if (typeof value === 'string' && moment.test(value)) return value
          throw new GraphQLError('A Datetime is written as 2026-01-31T12:00:00Z.')
        }
        return {
          ...config,
          description:
            'A moment as RFC 3339 writes it: 2026-01-31T12:00:00Z, 2026-01-31T12:00+03:00.',
          parseValue: parse,
          parseLiteral: (node) => parse('value' in node ? node.value : undefined),
        }
      },
    },
  },
}
