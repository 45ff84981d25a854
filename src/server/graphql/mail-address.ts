import 'postgraphile'
import { oneAddress } from '../mail/address.ts'

/** What functions of SQL are given as an address is brought into the one form of its mailbox before. */
export const mailAddressPlugin: GraphileConfig.Plugin = {
  name: 'MailAddressPlugin',
  version: '1.0.0',
  schema: {
    hooks: {
      GraphQLScalarType(config) {
        if (config.name !== 'MailAddress') return config
        const { parseValue, parseLiteral } = config
        const one = (value: unknown) => (typeof value === 'string' ? oneAddress(value) : value)
        return {
          ...config,
          parseValue: (value) => one(parseValue === undefined ? value : parseValue(value)),
          ...(parseLiteral && {
            parseLiteral: (node, variables) => one(parseLiteral(node, variables)),
          }),
        }
      },
    },
  },
}
