import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from '@jest/globals'
import { runIn } from './command-line.js'

/** A command, its exit code, and what is printed. */
interface Asked {
  readonly command: string
  readonly code: number
  readonly output: string
}

type Step = { readonly path: string; readonly text: string } | { readonly asked: Asked }

/** A section of a Markdown file: files that are written and commands that are run, in order. */
export interface Session {
  readonly title: string
  readonly steps: readonly Step[]
}

/** The sessions of a Markdown file: fences with a name are files, fences of `console` are commands with what they print. */
export function sessionsIn(path: string): readonly Session[] {
  const sections = readFileSync(path, 'utf8').split(/^## /m).slice(1)
  return sections.map(section => ({
    title: section.split('\n')[0]!,
    steps: [...section.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].flatMap(
      ([, language, name = '', text = '']): readonly Step[] =>
        language === 'console' ? commandsIn(text).map(asked => ({ asked })) : [{ path: name, text }],
    ),
  }))
}

function commandsIn(text: string): readonly Asked[] {
  return text
    .split(/^\$ (?=aswritten |git )/m)
    .slice(1)
    .map(part => {
      const [, command = '', code = '', output = ''] = /^(.*?)(?: # (\d+))?\n([\s\S]*)$/.exec(part) ?? []
      return { command, code: Number(code), output }
    })
}

/** Runs a session in an empty folder. */
export async function runSession(folder: string, { steps }: Session): Promise<void> {
  for (const step of steps) {
    if ('asked' in step) await expectPrinted(folder, step.asked)
    else {
      mkdirSync(dirname(join(folder, step.path)), { recursive: true })
      writeFileSync(join(folder, step.path), step.text)
    }
  }
}

/** Git as a user runs it, whatever is configured on this machine. */
function runGit(folder: string, args: readonly string[]): void {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false']
  const env = { ...process.env, GIT_CONFIG_GLOBAL: join(folder, 'none'), GIT_CONFIG_NOSYSTEM: '1' }
  execFileSync('git', [...identity, ...args], { cwd: folder, env, stdio: 'pipe' })
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

async function expectPrinted(folder: string, { command, code, output }: Asked): Promise<void> {
  const [program = '', ...args] = command.split(' ')
  if (program === 'git') return runGit(folder, args)
  const result = await runIn(folder, args)
  let rest = oneLine(result.output)
  for (const piece of output.split('…').map(oneLine)) {
    expect({ command, rest }).toEqual({ command, rest: expect.stringContaining(piece) })
    rest = rest.slice(rest.indexOf(piece) + piece.length)
  }
  expect({ command, output: result.output, code: result.code }).toEqual({
    command,
    output: result.output,
    code,
  })
}
