import { pause } from './postgres/processes.ts'

const hardLimitMs = 9500
/** How long a step of the start may go on before it is cut off. */
const stepMs = 2500

/** Thrown between two steps of a start that was asked to end. */
class AskedToEnd extends Error {}

/** What was built up, to be taken down in reverse order when the time comes. */
export class Lifecycle {
  readonly #undo: (() => unknown)[] = []
  readonly #asked = Promise.withResolvers<void>()
  readonly #say: (line: string) => void
  #stopping = false
  #down = false

  constructor(say: (line: string) => void) {
    this.#say = say
  }

  /** From here on Ctrl-C, SIGTERM, a closed terminal and the end of npm stop everything. */
  listen(startedByNpm: boolean): void {
    // For instance a connection that breaks while nobody waits for it.
    process.removeAllListeners('uncaughtException')
    process.once('uncaughtException', (error) => this.#asked.reject(error))
    process.on('SIGINT', () => this.#ask('Interrupted'))
    process.on('SIGTERM', () => this.#ask('Asked to end'))
    process.on('SIGHUP', () => this.#ask('The terminal is gone'))
    if (startedByNpm) {
      // A killed npm passes nothing on, and would leave us behind on its port.
      const parent = process.ppid
      setInterval(() => process.ppid !== parent && this.#ask('npm is gone'), 250).unref()
    }
  }

  #ask(why: string): void {
    if (this.#stopping) return
    this.#say(`${why}: stopping.`)
    this.#stopping = true
    this.#limit()
    // What breaks from now on, breaks because we end.
    process.setUncaughtExceptionCaptureCallback(() => {})
    this.#asked.resolve()
  }

  /** Whatever hangs, the process is gone within ten seconds; PostgreSQL has its keeper. */
  #limit(): void {
    setTimeout(() => process.exit(1), hardLimitMs).unref()
  }

  get stopping(): boolean {
    return this.#stopping
  }

  /**
   * Remembers how to take down what was just built. Asked to end meanwhile, the start goes no
   * further; cut off because it took too long, it takes this down by itself.
   */
  async onStop(undo: () => unknown): Promise<void> {
    if (this.#down) await undo()
    else this.#undo.push(undo)
    if (this.#stopping) throw new AskedToEnd()
  }

  /** Builds up, stays until somebody asks to end, and takes everything down. */
  async run(buildUp: () => Promise<void>): Promise<void> {
    const built = buildUp()
    try {
      await Promise.race([built, this.#asked.promise])
      await this.#asked.promise
    } finally {
      // What fails after we were asked to end, fails because of that.
      await Promise.race([built.catch(() => {}), pause(stepMs)])
      await this.#takeDown()
    }
  }

  async #takeDown(): Promise<void> {
    this.#limit()
    this.#down = true
    for (const undo of this.#undo.splice(0).toReversed()) {
      try {
        await undo()
      } catch (error) {
        this.#say(`Stopping: ${(error as Error).message}`)
      }
    }
  }
}
