import 'postgraphile'

/**
 * A report is named as it is in SQL. PostGraphile would put the schema's name before everything
 * outside of the first schema; our names are unique over all exposed schemas.
 */
export const oneNamespace: GraphileConfig.Plugin = {
  name: 'OneNamespacePlugin',
  version: '1.0.0',
  inflection: {
    replace: {
      _schemaPrefix: () => '',
    },
  },
}
