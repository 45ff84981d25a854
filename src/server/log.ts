import pino from 'pino'
import { currentRequestId } from './http/request.ts'
import type { LogLevel } from './log-levels.ts'

/**
 * All that a line can hold beside its message, which is a fixed sentence. What people send (bodies,
 * variables, addresses, tokens) has no field here, and what has no field is left out.
 */
const fieldNames = [
  'method',
  'operation',
  'status',
  'ms',
  'code',
  'reference',
  'aborted',
  'login',
  'task',
  'job',
  'attempt',
  'event',
  'count',
  'block',
  'hash',
  'days',
] as const

export type Fields = Partial<Record<(typeof fieldNames)[number], string | number | boolean>> & {
  /** Told without its message, which may quote what somebody sent. */
  readonly error?: unknown
}

type Write = (message: string, fields?: Fields) => void

export interface Log {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
}

export interface LogOptions {
  readonly level?: LogLevel
  /** For people at a terminal; else one JSON object a line. */
  readonly pretty?: boolean
  readonly stream?: { write(text: string): unknown }
}

/** Each line tells which request it belongs to. */
export async function makeLog(options: LogOptions = {}): Promise<Log> {
  const { level = 'info', pretty = false, stream = process.stdout } = options
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pretty ? await prettily(stream) : stream,
  )
  const at =
    (name: Exclude<LogLevel, 'silent'>): Write =>
    (message, fields = {}) => {
      if (!logger.isLevelEnabled(name)) return
      const line: Record<string, unknown> = { requestId: currentRequestId() }
      for (const field of fieldNames) line[field] = fields[field]
      if (fields.error !== undefined) line['error'] = traceOf(fields.error)
      logger[name](line, message)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export const noLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function prettily(stream: { write(text: string): unknown }) {
  const { prettyFactory } = await import('pino-pretty')
  const format = prettyFactory({
    colorize: true,
    ignore: 'pid',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  })
  return { write: (line: string) => stream.write(format(JSON.parse(line))) }
}

interface Trace {
  readonly type: string
  readonly code?: string
  readonly syscall?: string
  readonly constraint?: string
  readonly routine?: string
  readonly stack?: string[]
  readonly cause?: Trace
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w.$-]{1,63}$/.test(value)
const nameOrNothing = (value: unknown) => (isName(value) ? value : undefined)

/**
 * What may be written down of an error: what it is and where it came from. Never its message: a
 * database quotes the row, a parser the text, a validator the value.
 */
export function traceOf(error: unknown, depth = 0): Trace {
  if (typeof error !== 'object' || error === null) return { type: typeof error }
  const { name, code, syscall, constraint, routine, cause } = error as Record<string, unknown>
  return {
    type: nameOrNothing(name) ?? 'object',
    code: nameOrNothing(code),
    syscall: nameOrNothing(syscall),
    constraint: nameOrNothing(constraint),
    routine: nameOrNothing(routine),
    stack: framesOf(error),
    cause: cause === undefined || depth > 3 ? undefined : traceOf(cause, depth + 1),
  }
}

const frame = /^ {4}at (?:[\w$.<>#[\] ]+ )?\(?(?:file:\/\/|node:|\/)[^\s()]+:\d+:\d+\)?$/

function framesOf(error: { message?: unknown; stack?: unknown }): string[] | undefined {
  if (typeof error.stack !== 'string') return undefined
  // A message may hold lines that look like frames.
  const message = typeof error.message === 'string' ? error.message : ''
  const start = error.stack.indexOf(message)
  if (start < 0) return undefined
  const frames = error.stack.slice(start + message.length).split('\n')
  return frames.filter((line) => frame.test(line)).map((line) => line.trim())
}

/** Libraries that write to the console would write whatever they like: the log tells that they did. */
export function takeOverConsole(log: Log): void {
  const through =
    (write: Write): ((...parts: unknown[]) => void) =>
    (...parts) =>
      write('A library wrote to the console.', { error: parts.find((p) => p instanceof Error) })
  console.error = through(log.error)
  console.warn = through(log.warn)
  console.log = console.info = console.debug = through(log.debug)
}

/** From here on a defect that nobody caught ends the process with a line in the log. */
export function logDefects(log: Log): void {
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', (error) => {
    log.error('The server met a defect and ends.', { error })
    process.exit(1)
  })
}
