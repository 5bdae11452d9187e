import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { type CheckOutcome, check as checkModel } from '../pipeline.js'
import { type ReporterName, reporters } from '../report/reporters.js'
import type { SourceFile } from '../text/source.js'
import { readArtifacts } from './artifacts.js'
import { type ConfiguredCheck, findConfig, readConfig } from './config.js'
import { exitCodeOf } from './exit.js'
import { print, reportOptions } from './output.js'
import { bundledSpec } from './package.js'
import { pathInProject, projectOf, readNamedFile, splitTarget } from './project.js'
import { UsageError } from './usage.js'

interface Options {
  readonly spec?: string
  readonly arg: Readonly<Record<string, unknown>>
  readonly artifact: Readonly<Record<string, string>>
  readonly format: ReporterName
}

/** `aswritten check`: compares model code with specs and prints the verdicts. */
export function check(target: string | undefined, { spec, arg, artifact, format }: Options): number {
  const outcomes =
    target === undefined
      ? checkConfigured()
      : [checkOne({ target, spec: required(spec), arguments: arg }, artifact)]
  print(reporters[format].render(outcomes, reportOptions()))
  return exitCodeOf(outcomes)
}

/** Checks one target; paths are relative to the working directory. */
export function checkOne(
  { target, spec, arguments: args }: ConfiguredCheck,
  artifacts: Readonly<Record<string, string>> = {},
): CheckOutcome {
  const { path, target: name } = splitTarget(target)
  readNamedFile(path)
  const project = projectOf(path)
  const request = {
    files: project.files,
    path: pathInProject(project, path),
    target: name,
    arguments: args,
    artifacts: readArtifacts(artifacts),
  }
  return checkModel(request, specFile(spec))
}

/** A spec by path, or by the name of one that ships: `lenet5-modern`. */
function specFile(spec: string): SourceFile {
  if (existsSync(spec)) return readNamedFile(spec, shown(spec))
  const bundled = bundledSpec(spec)
  if (bundled) return readNamedFile(bundled, `specs/${spec}.yaml`)
  throw new UsageError(`there is no spec file \`${spec}\`, and no spec of that name ships with aswritten`)
}

function shown(path: string): string {
  const fromHere = relative(process.cwd(), resolve(path)).split(sep).join('/')
  return fromHere.startsWith('..') ? path : fromHere
}

function checkConfigured(): readonly CheckOutcome[] {
  const path = findConfig(process.cwd())
  if (!path) {
    throw new UsageError(
      'name a target (`aswritten check model.ts#createModel --spec spec.yaml`) or list checks in aswritten.yaml',
    )
  }
  const root = dirname(path)
  const { checks, problems } = readConfig(readNamedFile(path, shown(path)))
  if (problems.length > 0) throw new UsageError(problems.join('\n           '))
  return checks.map(entry =>
    checkOne({
      ...entry,
      target: join(root, entry.target),
      spec: existsSync(join(root, entry.spec)) ? join(root, entry.spec) : entry.spec,
    }),
  )
}

function required(spec: string | undefined): string {
  if (spec === undefined) throw new UsageError('say what to check against: --spec FILE')
  return spec
}
