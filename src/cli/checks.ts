import { existsSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { moduleLoader } from '../core/loader.js'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { type CheckOutcome, check as checkModel, type SpecReading } from '../pipeline.js'
import { readSpec } from '../spec/read.js'
import type { Spec } from '../spec/spec.js'
import { nearest } from '../text/nearest.js'
import type { SourceFile } from '../text/source.js'
import type { TensorDeclaration } from '../trace/host.js'
import { artifactPaths, readArtifacts } from './artifacts.js'
import { type AskedCheck, type Config, configName, findUpwards, readConfig, type Stated } from './config.js'
import { isDiagnostic, isWithin, readNamedFile, whyNoProgram } from './files.js'
import { bundledSpec, bundledSpecs } from './package.js'
import {
  type Project,
  pathInProject,
  projectAt,
  projectOf,
  type Reading,
  recorded,
  splitTarget,
} from './project.js'
import { type Stopwatch, timedFiles, timedLoader } from './stopwatch.js'
import { InputError, UsageError } from './usage.js'

/** What `check` is asked for on the command line. */
export interface CheckOptions {
  readonly spec?: string
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
}

/** The outcome of a check, and what it was made of. */
export interface CheckRun extends Reading {
  readonly outcome: CheckOutcome
  /** Where its paths start. */
  readonly base: string
  /** Other files that it depends on, as full paths: the spec, and descriptions of saved models. */
  readonly beside: readonly string[]
}

/** The checks that `aswritten.yaml` lists, and what else it says. */
export interface ConfiguredChecks {
  readonly config: Config
  readonly path: string
  readonly project: Project
}

/** The nearest `aswritten.yaml`; undefined where there is none. It may not have errors. */
export function readNearestConfig(): ConfiguredChecks | undefined {
  const path = findUpwards(configName, process.cwd())
  if (!path) return undefined
  const file = readNamedFile(path, { shown: fromHere(path) })
  if (isDiagnostic(file)) throw new InputError([file])
  const config = readConfig(file)
  if (config.diagnostics.length > 0) throw new InputError(config.diagnostics)
  return { config, path, project: projectAt(dirname(path)) }
}

/** Checks the target that is named, or all that are listed. */
export function runChecks(
  target: string | undefined,
  { spec, arg, input, artifact }: CheckOptions,
  configured: ConfiguredChecks | undefined,
  watch?: Stopwatch,
): readonly CheckRun[] {
  if (target !== undefined) {
    if (spec === undefined) throw new UsageError('say what to check against: --spec FILE')
    const given = { arguments: arg, inputs: input, artifacts: artifact }
    return [checkOne({ target: { text: target }, spec: { text: spec }, ...given }, undefined, watch)]
  }
  if (spec !== undefined || [arg, input, artifact].some(given => Object.keys(given).length > 0))
    throw new UsageError('name the target as well: `aswritten check model.ts#createModel --spec spec.yaml`')
  if (!configured)
    throw new UsageError(
      `name a target (\`aswritten check model.ts#createModel --spec spec.yaml\`) or list checks in ${configName}`,
    )
  return configured.config.checks.map(asked => checkOne(asked, configured.project, watch))
}

/** Checks one target. Paths start in the project, if one is given, and then have to stay in it. */
export function checkOne(asked: AskedCheck, project?: Project, watch?: Stopwatch): CheckRun {
  const folder = project?.root ?? process.cwd()
  const { path, target } = splitTarget(asked.target.text, folder)
  const full = resolve(folder, path)
  const spec = specFile(asked.spec, folder)
  const { artifacts, diagnostics } = readArtifacts(asked.artifacts, folder, true)
  const stated = [asked.spec, ...artifactPaths(asked.artifacts)]
  const beside = stated.map(({ text }) => resolve(folder, text))
  const problem = whyNoProgram(full, { shown: path, span: asked.target.span })
  const outside = project
    ? [{ ...asked.target, text: path }, ...stated].flatMap(entry => whyOutside(entry, project))
    : []
  const problems = [...(problem ? [problem] : []), ...(isDiagnostic(spec) ? [spec] : []), ...diagnostics]
  if (outside.length > 0 || problems.length > 0 || isDiagnostic(spec)) {
    const told = outside.length > 0 ? outside : problems
    const named = { target: asked.target.text, specPath: asked.spec.text }
    const outcome: CheckOutcome = { ...named, verdict: 'unusable', diagnostics: told }
    return { outcome, base: folder, beside: [full, ...beside], read: new Map(), sought: new Set() }
  }
  const home = project ?? projectOf(full)
  const { files, ...reading } = recorded(home.files)
  const { arguments: args, inputs } = asked
  const timed = watch ? timedFiles(files, watch) : files
  const modules = watch && timedLoader(moduleLoader(timed), watch)
  const model = { files: timed, modules, path: pathInProject(home, full), target }
  const request = { ...model, arguments: args, inputs, artifacts }
  return { outcome: checkModel(request, spec, watch?.measure), base: home.base, beside, ...reading }
}

function whyOutside({ text, span }: Stated, { root }: Project): readonly Diagnostic[] {
  return isWithin(root, text) ? [] : [diagnostic('file-outside-project', { path: text }, { span })]
}

/** A spec that is named on the command line; it may not have errors. */
export function readStatedSpec(text: string, folder: string): SpecReading & { readonly spec: Spec } {
  const file = specFile({ text }, folder)
  if (isDiagnostic(file)) throw new InputError([file])
  const { spec, diagnostics } = readSpec(file)
  if (!spec) throw new InputError(diagnostics)
  return { path: file.path, spec, diagnostics }
}

/** A spec by path, or by the name of one that ships: `lenet5-modern`. */
function specFile({ text, span }: Stated, folder: string): SourceFile | Diagnostic {
  const path = resolve(folder, text)
  const bundled = existsSync(path) ? undefined : bundledSpec(text)
  if (bundled) return readNamedFile(bundled, { shown: `specs/${text}.yaml` })
  const file = readNamedFile(path, { shown: text, span })
  if (!isDiagnostic(file) || file.code !== 'file-not-found' || file.help !== undefined) return file
  const name = nearest(text, bundledSpecs())
  const help = name
    ? `did you mean \`${name}\`, which ships?`
    : `specs that ship: ${bundledSpecs().join(', ')}`
  return diagnostic('file-not-found', { path: text }, { span, help })
}

export function fromHere(path: string): string {
  return relative(process.cwd(), path).split(sep).join('/')
}
