import os from 'node:os'

export interface Figure {
  /** What was measured, for example "keyed read". */
  readonly name: string
  /** The figure and its yardstick, both from this run. */
  readonly value: number
  readonly yardstick: number
  readonly unit: string
  /** What the yardstick is. */
  readonly against: string
  /** The largest ratio that is promised, where one is. */
  readonly limit?: number
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/**
 * Two ways of doing one thing, in turn, so that a machine that gets slower slows down both; the
 * medians in milliseconds.
 */
export async function inTurn(
  rounds: number,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
    for (const which of order) times[which].push(await milliseconds(which === 0 ? first : second))
  }
  return [median(times[0]), median(times[1])]
}

export const machine = () =>
  `${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.arch()}, Node ${process.version}`
