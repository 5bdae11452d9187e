import { dirname, resolve } from 'node:path'
import { stringify } from 'yaml'
import { baselineName } from '../acceptance/baseline.js'
import { reporters } from '../report/reporters.js'
import { Acceptances, baselineFrom, type ReadBaseline } from './acceptances.js'
import { type CheckOptions, type ConfiguredChecks, fromHere, readNearestConfig, runChecks } from './checks.js'
import { configName } from './config.js'
import { exitCodes, type FailOn } from './exit.js'
import { type AskedOutput, folderInRepository, print, report } from './output.js'
import { exitCodeOf, policyOf } from './policy.js'
import { Stopwatch } from './stopwatch.js'
import { tell } from './tell.js'
import { InputError, UsageError } from './usage.js'
import { rerunOnSave } from './watch.js'

interface Options extends CheckOptions {
  readonly baseline?: string
  readonly failOn?: FailOn
  readonly maxUnverified?: number
  readonly printConfig?: true
  readonly watch?: true
  readonly timing?: true
  readonly outputs: readonly AskedOutput[]
}

/** `aswritten check`: compares model code with specs and prints the verdicts. */
export async function check(target: string | undefined, options: Options): Promise<number> {
  if (options.printConfig) return printConfig(target, options)
  if (!options.watch) return checkOnce(target, options).code
  return rerunOnSave(() => {
    if (process.stdout.isTTY) print('\x1b[2J\x1b[3J\x1b[H')
    try {
      return checkOnce(target, options).files
    } catch (error) {
      if (error instanceof UsageError) process.stderr.write(`aswritten: ${error.message}\n`)
      else if (error instanceof InputError) tell(error.diagnostics)
      else throw error
      return filesInForce(options)
    }
  })
}

interface Checked {
  readonly code: number
  /** The full paths of all that it depends on. */
  readonly files: ReadonlySet<string>
}

function checkOnce(target: string | undefined, options: Options): Checked {
  const timing = options.timing && new Stopwatch()
  const { configured, baseline } = inForce(target, options)
  const runs = runChecks(target, options, configured, timing)
  const base = runs[0]?.base ?? process.cwd()
  const read = runs.flatMap(run => [...run.read])
  const outcomes = new Acceptances(baseline, folderInRepository(base), read).checks(
    runs,
    configured !== undefined,
  )
  const policy = policyOf(options, configured?.config)
  const write = () => report(reporters, outcomes, options.outputs, { base, policy })
  if (timing) timing.measure('render', write)
  else write()
  if (timing) process.stderr.write(timing.text())
  const files = runs.flatMap(run => [...[...run.sought].map(path => resolve(run.base, path)), ...run.beside])
  return { code: exitCodeOf(outcomes, policy), files: new Set([...files, ...filesInForce(options)]) }
}

/** What is said beside the command line. */
function inForce(
  target: string | undefined,
  options: Options,
): { readonly configured: ConfiguredChecks | undefined; readonly baseline: ReadBaseline | undefined } {
  const configured = target === undefined ? readNearestConfig() : undefined
  const folder = configured ? dirname(configured.path) : process.cwd()
  return { configured, baseline: baselineFrom(options.baseline, folder) }
}

/** The files that `inForce` reads, or would read if they were there. */
function filesInForce({ baseline }: Options): ReadonlySet<string> {
  const folders: string[] = []
  for (let folder = process.cwd(); !folders.includes(folder); folder = dirname(folder)) folders.push(folder)
  const names = folders.flatMap(folder => [configName, baselineName].map(name => resolve(folder, name)))
  return new Set([...names, ...(baseline === undefined ? [] : [resolve(baseline)])])
}

/** What is in force as YAML, with the place where each is said. */
function printConfig(target: string | undefined, options: Options): number {
  const { configured, baseline } = inForce(target, options)
  const { failOn, maxUnverified } = policyOf(options, configured?.config)
  const config = configured?.config
  const by = (asked: unknown, stated: unknown) =>
    asked === undefined ? (stated === undefined ? 'by default' : configName) : 'on the command line'
  const checks = config?.checks.map(({ target: { text }, spec, arguments: args, inputs, artifacts }) => ({
    target: text,
    spec: spec.text,
    ...(Object.keys(args).length > 0 && { arguments: args }),
    ...(Object.keys(inputs).length > 0 && { inputs: Object.keys(inputs) }),
    ...(Object.keys(artifacts).length > 0 && {
      artifacts: Object.fromEntries(Object.entries(artifacts).map(([name, stated]) => [name, stated.text])),
    }),
  }))
  const lines = [
    `config: ${configured ? fromHere(configured.path) : 'null # there is none, or a target is named'}`,
    `baseline: ${baseline ? `${fromHere(baseline.path)} # ${baseline.entries.length} accepted` : 'null # there is none'}`,
    `fail-on: ${failOn} # ${by(options.failOn, config?.failOn)}`,
    `max-unverified: ${maxUnverified} # ${by(options.maxUnverified, config?.maxUnverified)}`,
  ]
  print(`${lines.join('\n')}\n${checks ? stringify({ checks }) : ''}`)
  return exitCodes.asWritten
}
