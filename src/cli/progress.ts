/** How far something is, on one line of a terminal that is cleared at the end; nothing where the stream is no terminal. */
export interface Progress {
  /** `part` is from 0 to 1. */
  readonly show: (part: number, text: string) => void
  readonly end: () => void
}

const barWidth = 24

export function progressBar(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { show: () => undefined, end: () => undefined }
  let width = 0
  return {
    show: (part, text) => {
      const done = Math.round(Math.min(1, Math.max(0, part)) * barWidth)
      const line = `${'█'.repeat(done)}${'░'.repeat(barWidth - done)} ${text}`.slice(
        0,
        (stream.columns ?? 80) - 1,
      )
      stream.write(`\r${line.padEnd(width)}`)
      width = line.length
    },
    end: () => {
      stream.write(`\r${' '.repeat(width)}\r`)
      width = 0
    },
  }
}
