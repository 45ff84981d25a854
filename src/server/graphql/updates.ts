import 'postgraphile'
import type { ObjectStep } from 'postgraphile/grafast'
import { Refusal } from './errors.ts'

/** A change of a row that is not there, or is somebody else's, is refused; else it looks like done. */
export const updatesPlugin: GraphileConfig.Plugin = {
  name: 'UpdatesPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, build, { scope }) {
        const inner = field.plan
        if (inner === undefined || scope.isPgUpdateMutation !== true) return field
        const { sideEffect } = build.grafast
        return {
          ...field,
          plan($parent, args, info) {
            const $payload = inner($parent, args, info) as ObjectStep
            sideEffect($payload.getStepForKey('result'), (row) => {
              if (row === null) throw new Refusal('FL002', 'There is no such row.', 404)
            })
            return $payload
          },
        }
      },
    },
  },
}
