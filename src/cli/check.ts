import { existsSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { type CheckOutcome, check as checkModel } from '../pipeline.js'
import { reporters } from '../report/reporters.js'
import { nearest } from '../text/nearest.js'
import type { SourceFile } from '../text/source.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import { type AskedCheck, configName, findConfig, readConfig, type Stated } from './config.js'
import { exitCodeOf } from './exit.js'
import { isDiagnostic, isWithin, readNamedFile, whyNoProgram } from './files.js'
import { type AskedOutput, report } from './output.js'
import { bundledSpec, bundledSpecs } from './package.js'
import { type Project, pathInProject, projectAt, projectOf, splitTarget } from './project.js'
import { InputError, UsageError } from './usage.js'

interface Options {
  readonly spec?: string
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
  readonly outputs: readonly AskedOutput[]
}

/** `aswritten check`: compares model code with specs and prints the verdicts. */
export function check(target: string | undefined, { outputs, ...options }: Options): number {
  const outcomes = target === undefined ? checkConfigured(options) : [checkNamed(target, options)]
  report(reporters, outcomes, outputs)
  return exitCodeOf(outcomes)
}

function checkNamed(target: string, { spec, arg, input, artifact }: Omit<Options, 'outputs'>): CheckOutcome {
  if (spec === undefined) throw new UsageError('say what to check against: --spec FILE')
  return checkOne({
    target: { text: target },
    spec: { text: spec },
    arguments: arg,
    inputs: input,
    artifacts: artifact,
  })
}

function checkConfigured({ spec, arg, input, artifact }: Omit<Options, 'outputs'>): readonly CheckOutcome[] {
  if (spec !== undefined || [arg, input, artifact].some(given => Object.keys(given).length > 0))
    throw new UsageError('name the target as well: `aswritten check model.ts#createModel --spec spec.yaml`')
  const path = findConfig(process.cwd())
  if (!path) {
    throw new UsageError(
      `name a target (\`aswritten check model.ts#createModel --spec spec.yaml\`) or list checks in ${configName}`,
    )
  }
  const file = readNamedFile(path, { shown: fromHere(path) })
  if (isDiagnostic(file)) throw new InputError([file])
  const { checks, diagnostics } = readConfig(file)
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  const project = projectAt(dirname(path))
  return checks.map(asked => checkOne(asked, project))
}

/** Checks one target. Paths start in the project, if one is given, and then have to stay in it. */
export function checkOne(asked: AskedCheck, project?: Project): CheckOutcome {
  const folder = project?.root ?? process.cwd()
  const { path, target } = splitTarget(asked.target.text, folder)
  const full = resolve(folder, path)
  const spec = specFile(asked.spec, folder)
  const { artifacts, diagnostics } = readArtifacts(asked.artifacts, folder)
  const problem = whyNoProgram(full, { shown: path, span: asked.target.span })
  const outside = project
    ? [{ ...asked.target, text: path }, asked.spec, ...Object.values(asked.artifacts)].flatMap(stated =>
        whyOutside(stated, project),
      )
    : []
  const problems = [...(problem ? [problem] : []), ...(isDiagnostic(spec) ? [spec] : []), ...diagnostics]
  if (outside.length > 0 || problems.length > 0 || isDiagnostic(spec)) {
    const told = outside.length > 0 ? outside : problems
    return { target: asked.target.text, specPath: asked.spec.text, verdict: 'unusable', diagnostics: told }
  }
  const home = project ?? projectOf(full)
  const { arguments: args, inputs } = asked
  const model = { files: home.files, path: pathInProject(home, full), target }
  return checkModel({ ...model, arguments: args, inputs, artifacts }, spec)
}

function whyOutside({ text, span }: Stated, { root }: Project): readonly Diagnostic[] {
  return isWithin(root, text) ? [] : [diagnostic('file-outside-project', { path: text }, { span })]
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

function fromHere(path: string): string {
  return relative(process.cwd(), path).split(sep).join('/')
}
