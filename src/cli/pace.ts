import type { Progress } from '../progress.ts'

const width = 20

/** Tells how far long work is, once a second: a bar, how fast it goes, and when it ends. */
export function makePace(progress: Progress, what: string, total: number) {
  const start = performance.now()
  let last = start
  return (done: number): void => {
    const now = performance.now()
    if (now - last < 1000) return
    last = now
    progress(paceLine(what, done, total, (now - start) / 1000))
  }
}

/** Another may add to the work meanwhile, so that there is more than was known. */
export function paceLine(what: string, done: number, total: number, seconds: number): string {
  const whole = Math.max(total, done)
  const part = whole === 0 ? 1 : done / whole
  const filled = Math.floor(part * width)
  const rate = seconds === 0 ? 0 : done / seconds
  const left = rate === 0 ? 'time left unknown' : `${inWords((whole - done) / rate)} left`
  const figure = (value: number) => Math.round(value).toLocaleString('en-US')
  return `${what} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${figure(done)} of ${figure(whole)} rows, ${figure(rate)} a second, ${left}`
}

function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`
}
