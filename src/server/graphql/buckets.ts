import '@graphile/pg-aggregates'

const units = ['day', 'week', 'month', 'quarter', 'year'] as const

/**
 * Groups moments by the brand's own day, week, month, quarter or year. What the package brings by
 * itself cuts in the time zone of the connection.
 */
export const bucketsPlugin: GraphileConfig.Plugin = {
  name: 'BucketsPlugin',
  version: '1.0.0',
  after: ['PgAggregatesSpecsPlugin'],
  schema: {
    hooks: {
      build: {
        after: ['PgAggregatesSpecsPlugin'],
        callback(build) {
          const { sql, dataplanPg, pgAggregateGroupBySpecs: specs } = build
          if (sql === undefined || dataplanPg === undefined || specs === undefined) {
            throw new Error('the aggregates plugin is not there')
          }
          const { timestamptz } = dataplanPg.TYPES
          specs.length = 0
          for (const unit of units) {
            specs.push({
              id: `truncated-to-${unit}`,
              isSuitableType: (codec) => codec === timestamptz,
              sqlWrap: (moment) =>
                sql`date_trunc(${sql.literal(unit)}, ${moment}, (select app_public.current_time_zone()))`,
              sqlWrapCodec: (codec) => codec,
            })
          }
          return build
        },
      },
      // By the very moment each row would be a group of its own.
      GraphQLEnumType_values: {
        after: ['PgAggregatesAddGroupByAggregateEnumValuesForAttributesPlugin'],
        callback(values, _build, { scope }) {
          if (!scope.isPgAggregateGroupEnum) return values
          const isBucketed = (name: string) => `${name}_TRUNCATED_TO_DAY` in values
          return Object.fromEntries(Object.entries(values).filter(([name]) => !isBucketed(name)))
        },
      },
    },
  },
}
