import { jest } from '@jest/globals'
import { main } from '../../src/cli/main.js'

export interface Run {
  readonly code: number | string
  readonly output: string
}

/** Runs the command line in this process, as in a folder; what it writes to both streams is its output. */
export async function runIn(folder: string, args: readonly string[]): Promise<Run> {
  const start = process.cwd()
  const written: string[] = []
  const spies = [process.stdout, process.stderr].map(stream =>
    jest.spyOn(stream, 'write').mockImplementation(text => {
      written.push(String(text))
      return true
    }),
  )
  process.chdir(folder)
  try {
    return { code: await main(args), output: written.join('') }
  } finally {
    process.chdir(start)
    for (const spy of spies) spy.mockRestore()
  }
}
