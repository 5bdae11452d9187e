import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import type { Policy } from '../report/policy.js'
import type { Reporters, ReportOptions, TerminalOptions } from '../report/reporters.js'
import { nearest } from '../text/nearest.js'
import { refusalOf } from './files.js'
import { mathStyle, packageVersion } from './package.js'
import { UsageError } from './usage.js'

/** What a terminal can show. `NO_COLOR` and `FORCE_COLOR` are honoured (no-color.org). */
export function terminalOptions(stream: NodeJS.WriteStream = process.stdout): TerminalOptions {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  const color = NO_COLOR
    ? false
    : FORCE_COLOR
      ? !['0', 'false'].includes(FORCE_COLOR)
      : stream.isTTY === true && TERM !== 'dumb'
  return { color, width: Math.min(stream.columns ?? 100, 120) }
}

export function print(text: string): void {
  process.stdout.write(text)
}

/** One form of the result, and the file that it goes to; without one it is printed. */
export interface AskedOutput {
  readonly format?: string
  readonly file?: string
}

/**
 * The options `--format` and `--output`, which can be given several times: a file takes the format that stands right before
 * it. Both collect into one list, since which belongs to which is a matter of their order.
 */
export function outputOptions(formats: readonly string[]): {
  readonly options: readonly [Option, Option]
  readonly asked: () => readonly AskedOutput[]
} {
  const asked: AskedOutput[] = []
  const format = new Option('--format <format>', 'how to print; repeatable, each with an --output')
    .choices(formats)
    .default(undefined, formats[0])
    .argParser(text => {
      if (!formats.includes(text)) throw new InvalidArgumentError(unknownFormat(text, formats))
      asked.push({ format: text })
      return text
    })
  const output = new Option(
    '--output <file>',
    'where to write it: a file in the format before, or in the one that its ending says',
  ).argParser(file => {
    const last = asked.at(-1)
    if (last && last.file === undefined) asked[asked.length - 1] = { ...last, file }
    else asked.push({ file })
    return file
  })
  return { options: [format, output], asked: () => asked }
}

function unknownFormat(text: string, formats: readonly string[]): string {
  const name = nearest(text, formats)
  return name ? `did you mean ${name}?` : `it is one of ${formats.join(', ')}.`
}

/**
 * Writes the result in every form that was asked for. Its paths start in `base`. What is not printed in any is printed in the first of the
 * table. A form that the result does not have is refused once all others are written, since the result may have taken long.
 */
export function report<Outcome>(
  table: Reporters<Outcome>,
  outcomes: readonly Outcome[],
  asked: readonly AskedOutput[],
  { base = process.cwd(), policy }: { readonly base?: string; readonly policy?: Policy } = {},
): void {
  const isPrinted = asked.some(({ file }) => file === undefined)
  const outputs = [...(isPrinted ? [] : [{}]), ...asked].map((output: AskedOutput) => ({
    ...output,
    format: formatOf(output, table),
  }))
  const printed = outputs.filter(({ file }) => file === undefined)
  if (printed.length > 1) {
    const names = printed.map(({ format }) => `\`${format}\``).join(' and ')
    throw new UsageError(`only one format can be printed, not ${names}: give the others a file with --output`)
  }
  const options = { ...reportOptions(base), ...(policy && { policy }) }
  const refused: string[] = []
  for (const { format, file } of outputs) {
    const { render, refusal } = table[format]!
    const reason = refusal?.(outcomes)
    if (reason !== undefined)
      refused.push(`${file === undefined ? 'it' : `\`${file}\``} cannot be written as ${format}: ${reason}`)
    else if (file === undefined) print(render(outcomes, options))
    else writeReport(file, render(outcomes, { ...options, color: false }))
  }
  if (refused.length > 0) throw new UsageError(refused.join('; '))
}

function formatOf<Outcome>({ format, file }: AskedOutput, table: Reporters<Outcome>): string {
  const names = Object.keys(table)
  if (format !== undefined) return format
  if (file === undefined) return names[0]!
  const ending = extname(file)
  const found = names.find(name => table[name]!.extension === ending)
  if (found !== undefined) return found
  throw new UsageError(
    `what to write to \`${file}\` is not clear from its ending: say it with --format before it, one of ${names.join(', ')}`,
  )
}

function writeReport(file: string, text: string): void {
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true })
    writeFileSync(file, text)
  } catch (error) {
    const reason = refusalOf(error) ?? (error instanceof Error ? error.message : String(error))
    throw new UsageError(`\`${file}\` cannot be written: ${reason}`)
  }
}

function reportOptions(base: string): ReportOptions {
  return { ...terminalOptions(), version: packageVersion(), mathStyle, folder: folderInRepository(base) }
}

/** How a folder is called from the root of its git work tree, with a slash at the end; nothing for the root. */
export function folderInRepository(folder: string): string {
  for (let root = folder; ; root = dirname(root)) {
    if (existsSync(join(root, '.git'))) {
      const path = relative(root, folder).split(sep).join('/')
      return path && `${path}/`
    }
    if (dirname(root) === root) return ''
  }
}
