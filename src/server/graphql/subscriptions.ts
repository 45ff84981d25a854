import 'postgraphile'
import type { FieldArgs, GrafastSubscriber, Step } from 'postgraphile/grafast'
import { Refusal } from './errors.ts'
import type { Feeds } from './feed.ts'

declare global {
  namespace Grafast {
    interface Context {
      feed: GrafastSubscriber<Record<string, Entry>>
    }
  }
}

/** What happens next in a feed: the key of a row of its view. */
interface Entry {
  readonly brand_id: string
  readonly position: string
}

/** Asks the database in the role and the session of a caller. */
export type Ask = (text: string, values: unknown[]) => Promise<readonly { position: string }[]>

const batch = 100

/** What a caller may follow. All is read with the caller's own rights, and the session's end ends it. */
export function subscriberFor(
  feeds: Feeds,
  brand: string | null,
  ask: Ask,
): GrafastSubscriber<Record<string, Entry>> {
  const askInSession: Ask = async (text, values) => {
    try {
      return await ask(text, values)
    } catch (error) {
      throw endedSession(error)
    }
  }
  return {
    async subscribe(topic) {
      const { view, after } = JSON.parse(topic) as { view: string; after: string | null }
      const read = async (position: string) => {
        const rows = await askInSession(
          `select v.position from ${view} as v
           where v.position > (select app_public.feed_position($1))
           order by v.position limit ${batch}`,
          [position],
        )
        return rows.map((row) => row.position)
      }
      const [begin] = await askInSession('select app_public.feed_position($1) as position', [after])
      if (begin === undefined || brand === null) throw endedSession({ code: 'FL001' })
      // Whether the caller may read the view at all is told now, and not when something happens.
      await read(begin.position)
      const over = new AbortController()
      const positions = feeds.follow(brand, begin.position, read, over.signal)
      const entries: AsyncIterableIterator<Entry> = {
        [Symbol.asyncIterator]: () => entries,
        async next() {
          const { value: position, done } = await positions.next()
          return done ? ended : { value: { brand_id: brand, position } }
        },
        // A generator that waits cannot be ended from outside: it is told to end itself.
        async return() {
          over.abort()
          return ended
        },
      }
      return entries
    },
  }
}

/** Without a brand there is no feed; where there was one, the session has ended meanwhile. */
const endedSession = (error: unknown) =>
  (error as { code?: unknown }).code === 'FL001'
    ? new Refusal('FL903', 'There is no session, or it is over. Sign in again.', 401)
    : error

const ended = { value: undefined, done: true } as const

const unlimited = new WeakMap<GraphileConfig.ResolvedPreset, GraphileConfig.ResolvedPreset>()

/** The same preset each time, because Grafast remembers things by it. */
function withoutLimit(preset: GraphileConfig.ResolvedPreset): GraphileConfig.ResolvedPreset {
  const { execution: _taken, ...timeouts } = preset.grafast?.timeouts ?? {}
  const made = unlimited.get(preset) ?? { ...preset, grafast: { ...preset.grafast, timeouts } }
  unlimited.set(preset, made)
  return made
}

/**
 * For each view of a feed that bears the tag @subscription, a field that tells its rows as they
 * come. A row is looked up when it is told, like any other, with what else was asked for.
 */
export const subscriptionsPlugin: GraphileConfig.Plugin = {
  name: 'SubscriptionsPlugin',
  version: '1.0.0',
  grafast: {
    middleware: {
      // Grafast counts the time for an execution from the moment when a subscription began: after it,
      // no row would be told any more. Each statement of a row has a limit of its own.
      subscribe(next, { args }) {
        if (args.resolvedPreset) args.resolvedPreset = withoutLimit(args.resolvedPreset)
        return next()
      },
    },
  },
  schema: {
    hooks: {
      GraphQLObjectType_fields(fields, build, { scope, fieldWithHooks }) {
        if (!scope.isRootSubscription) return fields
        const { sql, extend, grafast } = build
        const { context, get, lambda, listen } = grafast
        for (const resource of Object.values(build.input.pgRegistry.pgResources)) {
          const name = resource.extensions?.tags?.['subscription']
          if (typeof name !== 'string' || resource.parameters !== undefined) continue
          const view = sql.compile(resource.from as ReturnType<typeof sql>).text
          fields = extend(
            fields,
            {
              [name]: fieldWithHooks({ fieldName: name }, () => ({
                description: `${resource.description ?? ''}`,
                type: build.getOutputTypeByName(build.inflection.tableType(resource.codec)),
                args: {
                  after: {
                    description:
                      'The position after which to begin: that of the last row that was told, or ' +
                      'feedPosition. Now, if it is not given.',
                    type: build.getInputTypeByName('BigInt'),
                  },
                },
                subscribePlan: (_root: Step, args: FieldArgs) =>
                  listen(
                    context().get('feed'),
                    lambda(args.getRaw('after'), (after) => JSON.stringify({ view, after })),
                  ),
                plan: ($entry: Step<Entry>): Step =>
                  resource.get({
                    brand_id: get($entry, 'brand_id'),
                    position: get($entry, 'position'),
                  }),
              })),
            },
            `the subscription ${name}`,
          )
        }
        return fields
      },
    },
  },
}
