import { Worker } from 'node:worker_threads'

/** The queue is full. Who is told so comes again later. */
export class Busy extends Error {
  readonly code = 'busy'
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('Too many are waiting already.')
    this.name = 'Busy'
    this.retryAfterSeconds = retryAfterSeconds
  }
}

interface Job {
  readonly ask: unknown
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * A few threads that each do one job at a time, and a queue that has an end. Threads of their own,
 * since those of libuv also look up hosts and read files, and would all be taken in a flood.
 */
export class Lanes {
  readonly #file: URL
  readonly #lanes: number
  readonly #places: number
  readonly #waiting: Job[] = []
  readonly #idle: Worker[] = []
  readonly #busy = new Map<Worker, Job>()
  #millisecondsPerJob = 300

  constructor(file: URL, options: { readonly lanes: number; readonly places: number }) {
    this.#file = file
    this.#lanes = options.lanes
    this.#places = options.places
  }

  run(ask: unknown): Promise<unknown> {
    const isFull = this.#busy.size >= this.#lanes && this.#waiting.length >= this.#places
    if (isFull) return Promise.reject(new Busy(this.#secondsToGo()))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ask, resolve, reject })
      this.#next()
    })
  }

  /** Ends the threads; what is not done yet is rejected. */
  async close(): Promise<void> {
    const jobs = [...this.#waiting.splice(0), ...this.#busy.values()]
    const workers = [...this.#idle.splice(0), ...this.#busy.keys()]
    this.#busy.clear()
    for (const { reject } of jobs) reject(new Error('The server ends.'))
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  #secondsToGo(): number {
    const milliseconds = (this.#places * this.#millisecondsPerJob) / this.#lanes
    return Math.max(1, Math.ceil(milliseconds / 1000))
  }

  #next(): void {
    if (this.#busy.size >= this.#lanes) return
    const job = this.#waiting.shift()
    if (job === undefined) return
    const worker = this.#idle.pop() ?? this.#hire()
    this.#busy.set(worker, job)
    // Only while it has work does a thread keep the program from ending.
    worker.ref()
    const start = performance.now()
    worker.once('message', (answer) => {
      this.#millisecondsPerJob += (performance.now() - start - this.#millisecondsPerJob) / 8
      worker.unref()
      this.#busy.delete(worker)
      this.#idle.push(worker)
      job.resolve(answer)
      this.#next()
    })
    worker.postMessage(job.ask)
  }

  #hire(): Worker {
    const worker = new Worker(this.#file)
    worker.once('error', (error) => this.#lose(worker, error as Error))
    worker.once('exit', () => this.#lose(worker, new Error('A thread ended.')))
    return worker
  }

  #lose(worker: Worker, error: Error): void {
    const place = this.#idle.indexOf(worker)
    if (place >= 0) this.#idle.splice(place, 1)
    const job = this.#busy.get(worker)
    if (!this.#busy.delete(worker)) return
    job?.reject(error)
    this.#next()
  }
}
