/** Tells of long work: one changing line on a terminal, plain lines elsewhere. */
export interface Progress {
  (line: string): void
  /** Takes the changing line away. */
  done(): void
}

export function makeProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) {
    return Object.assign((line: string) => void stream.write(`${line}\n`), { done: () => {} })
  }
  const clear = () => stream.write('\r\u001b[2K')
  const show = (line: string) => {
    clear()
    // A terminal that does not know its width says 0.
    stream.write(line.slice(0, (stream.columns || 80) - 1))
  }
  return Object.assign(show, { done: () => void clear() })
}
