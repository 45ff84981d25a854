import '@graphile/simplify-inflection'
import 'postgraphile'

/**
 * A report is named as it is in SQL. PostGraphile would put the schema's name before everything
 * outside of the first schema; our names are unique over all exposed schemas. And a relation is
 * named after what it leads to: the brand, which is in the keys of all its rows, says nothing.
 */
export const oneNamespace: GraphileConfig.Plugin = {
  name: 'OneNamespacePlugin',
  version: '1.0.0',
  inflection: {
    replace: {
      _schemaPrefix: () => '',
      _getBaseNameFromKeys(previous, _preset, keys) {
        const own = keys.filter(({ attributeName }) => attributeName !== 'brand_id')
        return previous?.(own.length === 1 ? own : keys) ?? null
      },
    },
  },
}
