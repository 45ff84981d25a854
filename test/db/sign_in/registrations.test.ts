import fc from 'fast-check'
import { expect } from 'vitest'
import { digest, passwordHash, register } from '../../harness/people.ts'
import { type Story, test } from '../../harness/test.ts'

const addresses = ['one@example.com', 'two@example.com'] as const

type Step =
  | { readonly does: 'register'; readonly address: number }
  | { readonly does: 'confirm' | 'send again' | 'let expire'; readonly which: number }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant('register' as const), address: fc.integer({ min: 0, max: 1 }) }),
    fc.record({
      does: fc.constantFrom('confirm' as const, 'confirm', 'send again', 'let expire'),
      which: fc.nat({ max: 9 }),
    }),
  ),
  { minLength: 3, maxLength: 14 },
)

/** A registration as it should be: one that can be confirmed as long as a token of it lives. */
interface Wish {
  readonly address: string
  readonly name: string
  readonly mailId: string
  readonly tokens: Set<string>
}

/** What the steps should come to, beside what they do come to. */
class Play {
  readonly #story: Story
  readonly #wishes: Wish[] = []
  readonly #owners = new Map<string, string>()
  #tokens = 0

  constructor(story: Story) {
    this.#story = story
  }

  async take(step: Step): Promise<void> {
    if (step.does === 'register') return this.#register(addresses[step.address] ?? '')
    const wish = this.#wishes[step.which % Math.max(this.#wishes.length, 1)]
    if (wish === undefined) return
    if (step.does === 'send again') return this.#send(wish)
    if (step.does === 'let expire') return this.#expire(wish)
    return this.#confirm(wish)
  }

  /** Every address has the account of whoever confirmed it first, name and password, or none. */
  async check(): Promise<void> {
    await this.#story.as(null)
    const accounts = await this.#story.rows<{ mail: string; name: string; hash: string }>(
      `select a.mail, u.display_name as name, a.password_hash as hash
       from app_private.user_accounts as a
       join app_public.users as u on u.id = a.user_id
       order by a.mail`,
    )
    const wanted = [...this.#owners].map(([mail, name]) => ({
      mail,
      name,
      hash: passwordHash(name),
    }))
    expect(accounts).toEqual(wanted.toSorted((a, b) => (a.mail < b.mail ? -1 : 1)))
  }

  async #register(address: string): Promise<void> {
    const name = `Person ${this.#wishes.length}`
    await this.#story.as(null)
    // How often one may register is told elsewhere.
    await this.#story.rows('delete from app_private.login_attempts')
    await this.#story.atDoor('fluence_server')
    await this.#story.rows(register, [address, name, passwordHash(name)])
    await this.#story.as(null)
    const mail = await this.#story.one<{ id: string; template: string }>(
      'select m.id, m.template from app_private.mails as m order by m.id desc limit 1',
    )
    const isFree = !this.#owners.has(address)
    expect(mail.template).toBe(isFree ? 'confirm-mail' : 'mail-in-use')
    if (!isFree) return
    const wish = { address, name, mailId: mail.id, tokens: new Set<string>() }
    this.#wishes.push(wish)
    await this.#send(wish)
  }

  async #send(wish: Wish): Promise<void> {
    const token = `token ${(this.#tokens += 1)}`
    await this.#story.atDoor('fluence_worker')
    const sent = await this.#story.rows<{ name: string }>(
      'select t.name from app_private.take_mail($1, $2) as t',
      [wish.mailId, digest(token)],
    )
    const isFree = !this.#owners.has(wish.address)
    expect(sent).toEqual(isFree ? [{ name: wish.name }] : [])
    if (isFree) wish.tokens.add(token)
  }

  async #expire(wish: Wish): Promise<void> {
    await this.#story.as(null)
    await this.#story.rows(
      'update app_private.mail_tokens set expires_at = now() where mail_id = $1',
      [wish.mailId],
    )
    wish.tokens.clear()
  }

  async #confirm(wish: Wish): Promise<void> {
    const [token = 'none'] = wish.tokens
    const confirm = 'select app_private.confirm_mail($1)'
    await this.#story.atDoor('fluence_server')
    if (token === 'none' || this.#owners.has(wish.address)) {
      await this.#story.rejects('FL115', confirm, [digest(token)])
    } else {
      await this.#story.rows(confirm, [digest(token)])
      this.#owners.set(wish.address, wish.name)
    }
  }
}

test('whatever happens in whatever order, a token makes an account of its own registration', async ({
  story,
}) => {
  await story.rows('savepoint play')
  const property = fc.asyncProperty(steps, async (all) => {
    await story.rows('rollback to savepoint play')
    const play = new Play(story)
    for (const step of all) await play.take(step)
    await play.check()
  })
  await fc.assert(property, { numRuns: 60 })
})
