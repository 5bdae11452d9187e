import { InvalidArgumentError, Option } from 'commander'
import { type GradientRequest, readGradientRequest } from '../equations/gradients.js'
import { backends } from '../experiment/protocol.js'
import type { BakeoffReporterName } from '../report/bakeoff-reporters.js'
import type { DiffReporterName } from '../report/diff-reporters.js'
import type { LintReporterName } from '../report/lint-reporters.js'
import type { MutationReporterName } from '../report/mutation-reporters.js'
import type { ReporterName } from '../report/reporters.js'
import type { ReviewReporterName } from '../report/review-reporters.js'
import type { ToyReporterName } from '../report/toy-reporters.js'
import { isJsonProblem, readJson } from '../syntax/json.js'
import { sourceFile } from '../text/source.js'
import type { TensorDeclaration } from '../trace/host.js'
import type { Stated } from './config.js'
import { failures } from './exit.js'
import { readInput } from './inputs.js'
import { outputOptions } from './output.js'
import { usualRun } from './usual-run.js'

/** Reporters are loaded when a result is written; their names are needed before. */
const formats = {
  check: namesOf<ReporterName>({
    terminal: true,
    json: true,
    markdown: true,
    html: true,
    junit: true,
    sarif: true,
    github: true,
    gitlab: true,
    rdjson: true,
  }),
  diff: namesOf<DiffReporterName>({ terminal: true, json: true, markdown: true }),
  bakeoff: namesOf<BakeoffReporterName>({ terminal: true, json: true, markdown: true, html: true }),
  mutate: namesOf<MutationReporterName>({ terminal: true, json: true, markdown: true }),
  review: namesOf<ReviewReporterName>({
    terminal: true,
    json: true,
    markdown: true,
    html: true,
    sarif: true,
    github: true,
    gitlab: true,
    rdjson: true,
  }),
  toy: namesOf<ToyReporterName>({ terminal: true, json: true, markdown: true, html: true, svg: true }),
  lint: namesOf<LintReporterName>({
    terminal: true,
    json: true,
    html: true,
    junit: true,
    sarif: true,
    github: true,
    gitlab: true,
    rdjson: true,
  }),
}

function namesOf<Name extends string>(names: Readonly<Record<Name, true>>): readonly string[] {
  return Object.keys(names)
}

/** Options that several commands have. */
export const option = {
  arg: () =>
    new Option('--arg <name=value>', 'value of a parameter, as JSON; repeatable')
      .argParser(collectArgument)
      .default({}, 'none'),
  input: () =>
    new Option(
      '--input <name:shape>',
      'a tensor that the target takes, as x:[N,784] or y:[N]:int32; repeatable',
    )
      .argParser(collectInput)
      .default({}, 'none'),
  artifact: () =>
    new Option(
      '--artifact <name=path>',
      'the model.json of a model that the code loads or is given, by its place or its name; in a check of training its shapes, as [4]->[2], do; repeatable',
    )
      .argParser(collectArtifact)
      .default({}, 'none'),
  failOn: () =>
    new Option(
      '--fail-on <what>',
      'what makes the command fail, beside unusable input (default: unverified)',
    ).choices(failures),
  maxUnverified: () =>
    new Option('--max-unverified <count>', 'as many clauses may be unverified (default: 0)').argParser(
      readCount,
    ),
  baseline: () =>
    new Option('--baseline <file>', 'what is accepted; otherwise the nearest aswritten-baseline.yaml'),
  format: (...names: readonly string[]) =>
    new Option('--format <format>', 'how to print').choices(names).default(names[0]),
}

/** How code is run, for commands that can. */
export const running = {
  problem: (more: string) => new Option('--problem <name>', `the problem to train on; ${more}`),
  backend: () =>
    new Option(
      '--backend <name>',
      'what computes: the native backend where it loads, else plain JavaScript',
    ).choices(backends),
  seed: () =>
    new Option('--seed <number>', `where random numbers start (default: ${usualRun.seed})`).argParser(
      readCount,
    ),
  seeds: () =>
    new Option('--seeds <count>', `as many runs at most (default: ${usualRun.seeds})`).argParser(
      readPositive,
    ),
  budget: () =>
    new Option(
      '--budget <seconds>',
      `how long training may take, and building a model (default: ${usualRun.budget})`,
    ).argParser(readSeconds),
  memory: () =>
    new Option('--memory <megabytes>', `how much it may use (default: ${usualRun.memory})`).argParser(
      readPositive,
    ),
}

/** Where and how each command writes its result, with what was asked for once it is parsed. */
export const outputsOfCommands = () => ({
  check: outputOptions(formats.check),
  diff: outputOptions(formats.diff),
  lint: outputOptions(formats.lint),
  bakeoff: outputOptions(formats.bakeoff),
  mutate: outputOptions(formats.mutate),
  review: outputOptions(formats.review),
  toy: outputOptions(formats.toy),
})

export function collectGradient(
  text: string,
  previous: readonly GradientRequest[],
): readonly GradientRequest[] {
  return [...previous, readGradientRequest(text)]
}

export function collectText(text: string, previous: readonly string[]): readonly string[] {
  return [...previous, text]
}

export function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number, 0 or more.')
  return Number(text)
}

export function readPositive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number, 1 or more.')
  return Number(text)
}

export function readSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds >= 0)) throw new InvalidArgumentError('expected a number of seconds.')
  return seconds
}

function collectArgument(
  text: string,
  previous: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const at = text.indexOf('=')
  if (at <= 0) throw new InvalidArgumentError('expected name=value.')
  const [name, value] = [text.slice(0, at), text.slice(at + 1)]
  return { ...previous, [name]: parseValue(value) }
}

function collectArtifact(
  text: string,
  previous: Readonly<Record<string, Stated>>,
): Readonly<Record<string, Stated>> {
  const at = text.lastIndexOf('=')
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError('expected name=path/model.json.')
  return { ...previous, [text.slice(0, at)]: { text: text.slice(at + 1) } }
}

function collectInput(
  text: string,
  previous: Readonly<Record<string, TensorDeclaration>>,
): Readonly<Record<string, TensorDeclaration>> {
  const input = readInput(text)
  if (typeof input === 'string') throw new InvalidArgumentError(input)
  return { ...previous, [input.name]: input.declaration }
}

/** JSON where it is JSON, else the text itself, so that `--arg type=gru` needs no quotes. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What begins as a list, an object or a text in quotes was meant to be one.
    if (!/^\s*[[{"]/.test(text)) return text
    const problem = readJson(sourceFile('value', text))
    const place = isJsonProblem(problem) ? ` at character ${problem.span.start + 1}: ${problem.problem}` : ''
    throw new InvalidArgumentError(`${text} is no JSON${place}.`)
  }
}
