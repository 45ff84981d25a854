const hardLimitMs = 9500

/** What was built up, to be taken down in reverse order when the time comes. */
export class Lifecycle {
  readonly #undo: (() => unknown)[] = []
  readonly #stopped = Promise.withResolvers<void>()
  #stopping = false

  /** From here on Ctrl-C, SIGTERM, a closed terminal and the end of npm stop everything. */
  listen(startedByNpm: boolean, say: (line: string) => void): void {
    const stop = (why: string) => {
      if (this.#stopping) return
      say(`${why}: stopping.`)
      void this.stop()
    }
    process.on('SIGINT', () => stop('Interrupted'))
    process.on('SIGTERM', () => stop('Asked to end'))
    process.on('SIGHUP', () => stop('The terminal is gone'))
    if (startedByNpm) {
      // A killed npm passes nothing on, and would leave us behind on its port.
      const parent = process.ppid
      setInterval(() => process.ppid !== parent && stop('npm is gone'), 250).unref()
    }
  }

  get stopping(): boolean {
    return this.#stopping
  }

  /** Remembers how to take down what was just built. */
  onStop(undo: () => unknown): void {
    this.#undo.push(undo)
  }

  async stop(): Promise<void> {
    if (this.#stopping) return this.#stopped.promise
    this.#stopping = true
    // Whatever hangs, the process is gone within ten seconds; PostgreSQL has its keeper.
    setTimeout(() => process.exit(1), hardLimitMs).unref()
    try {
      for (const undo of this.#undo.splice(0).reverse()) await undo()
      this.#stopped.resolve()
    } catch (error) {
      this.#stopped.reject(error)
    }
    return this.#stopped.promise
  }

  stopped(): Promise<void> {
    return this.#stopped.promise
  }
}
