import { resolve } from 'node:path'
import { type Counterpart, counterpartOf } from '../compare/counterpart.js'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { ExperimentFailure, type Failure, failureOf, helpFor, reasonOf } from '../experiment/failures.js'
import { acceptedTexts, instanceOf, signatureText } from '../experiment/fit.js'
import type { ToyOutcome, ToyVerdict, TrainingOutcome } from '../experiment/outcome.js'
import { type Instance, isMisfit, type Signature } from '../experiment/problem.js'
import { type ProblemName, problems } from '../experiment/problems/table.js'
import type { BackendName, CodeSubject, Description } from '../experiment/protocol.js'
import {
  misreading,
  numberDifference,
  sharedNumbers,
  type WeightsOutcome,
  weightNodes,
} from '../experiment/same-weights.js'
import { allParametersOf, sendGraph } from '../experiment/sent-graph.js'
import { signatureOf } from '../experiment/signature.js'
import { choicesOf, type FoundModel } from '../found.js'
import { isPolynomial } from '../graph/dimension.js'
import type { ModelGraph } from '../graph/model.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { type CheckOutcome, isInputError, readModels } from '../pipeline.js'
import { toyReporters } from '../report/toy-reporters.js'
import { nearest } from '../text/nearest.js'
import { type SourceFile, sourceFile } from '../text/source.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import { checkOne } from './checks.js'
import type { Stated } from './config.js'
import { exitCodes } from './exit.js'
import { whyNoProgram } from './files.js'
import { Laboratory, type Limits } from './laboratory.js'
import { type AskedOutput, print, report } from './output.js'
import { progressBar } from './progress.js'
import { type Project, pathInProject, projectOf, splitTarget } from './project.js'
import { trainSides } from './training-runs.js'
import { InputError, UsageError } from './usage.js'

export interface ToyOptions {
  readonly spec?: string
  readonly problem?: string
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
  readonly backend?: BackendName
  readonly seed: number
  readonly seeds: number
  readonly budget: number
  readonly memory: number
  readonly outputs: readonly AskedOutput[]
}

const byVerdict: Readonly<Record<ToyVerdict, number>> = {
  reaches: exitCodes.asWritten,
  'same numbers': exitCodes.asWritten,
  'stays above': exitCodes.differs,
  differs: exitCodes.differs,
  below: exitCodes.differs,
  'not decided': exitCodes.unverified,
}

/** `aswritten toy`: runs a model, and says whether it computes and learns what it should. */
export async function toy(target: string | undefined, options: ToyOptions): Promise<number> {
  if (options.problem === 'list') {
    print(problemList())
    return exitCodes.asWritten
  }
  if (target === undefined) throw new UsageError('name what to run: `aswritten toy model.ts#createModel`')
  if (options.problem !== undefined) checkProblem(options.problem)
  const subject = subjectOf(target, options)
  const limits: Limits = { megabytes: options.memory, seconds: options.budget }
  process.stderr.write(
    `aswritten: runs ${subject.shown} in a process of its own, with ${limits.megabytes} MB and ${limits.seconds} s\n`,
  )
  const model = new Laboratory(subject.code, limits)
  try {
    const description = await model.start(options.seed, options.backend)
    const outcome = await experiment(subject, description, model, options, limits)
    report(toyReporters, [outcome], options.outputs, { base: subject.project.base })
    return byVerdict[outcome.verdict]
  } catch (error) {
    if (!(error instanceof ExperimentFailure)) throw error
    throw new InputError([failureDiagnostic(error.failure, subject)])
  } finally {
    model.close()
  }
}

/** What is run, with what was read of it without running it. */
interface ToySubject {
  readonly shown: string
  readonly project: Project
  readonly code: CodeSubject
  /** Absent where the code could not be followed. */
  readonly graph?: ModelGraph
  readonly check?: CheckOutcome
}

function subjectOf(text: string, { spec, arg, input, artifact }: ToyOptions): ToySubject {
  const { path, target } = splitTarget(text, process.cwd())
  const full = resolve(path)
  const problem = whyNoProgram(full, { shown: path })
  if (problem) throw new InputError([problem])
  const project = projectOf(full)
  const { artifacts, diagnostics } = readArtifacts(artifact, process.cwd())
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  const own = pathInProject(project, full)
  const request = { files: project.files, path: own, target, arguments: arg, inputs: input, artifacts }
  const check =
    spec === undefined
      ? undefined
      : checkOne({
          target: { text },
          spec: { text: spec },
          arguments: arg,
          inputs: input,
          artifacts: artifact,
        }).outcome
  if (check?.verdict === 'unusable') throw new InputError(check.diagnostics)
  const read = readModels(request)
  const wrong = read.diagnostics.filter(isInputError)
  if (wrong.length > 0) throw new InputError(wrong)
  const [found, ...others] = choicesOf(read.models)
  const named = target ?? (others.length === 0 ? nameOf(found, own) : undefined)
  const graph = check?.comparison?.code ?? (found?.length === 1 ? found[0]?.graph : undefined)
  const inputs = Object.fromEntries(
    Object.entries(input).map(([name, { shape, dtype }]) => [
      name,
      { dtype, shape: (shape ?? []).map(size => (isPolynomial(size) ? null : size)) },
    ]),
  )
  return {
    shown: named === undefined ? own : `${own}#${named}`,
    project,
    code: {
      kind: 'code',
      root: project.root,
      base: project.base,
      path: own,
      target: named,
      arguments: arg,
      inputs,
    },
    ...(graph && { graph }),
    ...(check && { check }),
  }
}

function nameOf(found: readonly FoundModel[] | undefined, path: string): string | undefined {
  const name = found?.[0]?.target.slice(path.length + 1)
  return name === '' ? undefined : name
}

async function experiment(
  { shown, graph, check }: ToySubject,
  description: Description,
  model: Laboratory,
  options: ToyOptions,
  limits: Limits,
): Promise<ToyOutcome> {
  const { seed, problem, backend } = options
  const counterpart = check?.comparison && counterpartOf(check.comparison)
  const spec = counterpart && new Laboratory({ kind: 'graph', graph: sendGraph(counterpart.graph) }, limits)
  try {
    if (spec) await spec.start(seed, backend)
    const weights =
      check &&
      (counterpart && spec && graph
        ? await carryWeights({ graph, counterpart, description, model, spec, seed })
        : unmatched(check))
    const base = {
      target: shown,
      seed,
      backend: model.backend!,
      limits,
      ...(check?.spec && { spec: { path: check.specPath, title: check.spec.title } }),
      ...(weights && { weights }),
    }
    const isDecided = weights?.kind === 'agree' || weights?.kind === 'differ'
    if (isDecided && problem === undefined)
      return { ...base, verdict: weights.kind === 'agree' ? 'same numbers' : 'differs' }
    const signature = signatureOf(description, graph)
    const chosen = chooseProblem(problem, signature, counterpart, graph)
    if (!chosen) {
      if (weights) return { ...base, verdict: 'not decided' }
      throw new UsageError(noProblem(signature))
    }
    const progress = progressBar(process.stderr)
    const training = await trainSides({
      ...chosen,
      signature,
      model,
      ...(spec && { spec }),
      ...(counterpart && { teacher: sendGraph(counterpart.graph) }),
      isCompiled: description.optimizer !== undefined,
      options,
      progress,
    })
    return { ...base, backend: model.backend!, training, verdict: verdictOf(training, weights) }
  } finally {
    spec?.close()
  }
}

function verdictOf({ model, open }: TrainingOutcome, weights: WeightsOutcome | undefined): ToyVerdict {
  if (weights?.kind === 'differ') return 'differs'
  if (open !== undefined) return 'not decided'
  return model.decision?.answer ?? 'not decided'
}

function unmatched({ reason }: CheckOutcome): WeightsOutcome {
  return {
    kind: 'unmatched',
    reason: reason?.message ?? 'the spec could not be brought together with the code',
  }
}

/** Gives code and spec the same weights, and compares what they compute. */
async function carryWeights({
  graph,
  counterpart,
  description,
  model,
  spec,
  seed,
}: {
  readonly graph: ModelGraph
  readonly counterpart: Counterpart
  readonly description: Description
  readonly model: Laboratory
  readonly spec: Laboratory
  readonly seed: number
}): Promise<WeightsOutcome> {
  const nodes = weightNodes(description, graph)
  if (isProblem(nodes)) return { kind: 'unmatched', reason: nodes.problem }
  const shared = sharedNumbers(graph, nodes, counterpart, seed)
  if (isProblem(shared)) return { kind: 'unmatched', reason: shared.problem }
  const known = new Map(allParametersOf(graph).map(({ node, name }) => [node, name]))
  const names = {
    outputs: graph.model.outputs.map(({ name }) => name),
    places: counterpart.outputs,
    weights: nodes.map(node => known.get(node) ?? String(node.attributes.name)),
  }
  for (const numbers of shared) {
    const doing = `computing outputs in ${numbers.mode}`
    const [real, stated] = await Promise.all([
      model.ask('outputs', numbers.code.asked, doing),
      spec.ask('outputs', numbers.spec.asked, doing),
    ])
    const lost = notANumber(real.outputs, names.outputs)
    if (lost !== undefined) throw failureOf('numbers', { message: lost })
    const misread = misreading(graph, numbers, real)
    if (misread) return { kind: 'misread', difference: misread }
    const difference = numberDifference(numbers, names, real, stated)
    if (difference) return { kind: 'differ', difference }
  }
  return {
    kind: 'agree',
    parameters: nodes.length,
    modes: shared.map(({ mode }) => mode),
    gradients: shared.every(({ code }) => code.asked.factors !== undefined),
  }
}

/** The first output with an element that is not a number, in words. */
function notANumber(outputs: readonly Tensor[], names: readonly string[]): string | undefined {
  const at = outputs.findIndex(({ data }) => data.some(value => !Number.isFinite(value)))
  return at < 0 ? undefined : `for random weights and inputs, \`${names[at]}\` is not finite`
}

/** The problem that is named, or the first that fits; undefined where none does. */
function chooseProblem(
  named: string | undefined,
  signature: Signature,
  counterpart: Counterpart | undefined,
  graph: ModelGraph | undefined,
): { readonly name: ProblemName; readonly instance: Instance } | undefined {
  // Only its shapes count here: the process that trains has the spec itself.
  const teacher = counterpart && (([first]: readonly Tensor[]) => zerosFor(signature, first?.shape[0] ?? 1))
  const names = (named === undefined ? preferred(graph) : [named]) as readonly ProblemName[]
  for (const name of names) {
    const instance = instanceOf(problems[name], signature, teacher)
    if (!isMisfit(instance)) return { name, instance }
    if (named !== undefined)
      throw new UsageError(
        `${instance.misfit} does not fit the problem \`${name}\`, which needs ${instance.would}`,
      )
  }
  return undefined
}

function zerosFor({ outputs }: Signature, examples: number): readonly Tensor[] {
  return outputs.map(output => {
    const shape = [examples, ...output.shape.map(size => size ?? 1)]
    return { shape, dtype: 'float32', data: new Float64Array(shape.reduce((a, b) => a * b, 1)) }
  })
}

/** The problems in the order in which they are tried: one that a linear map solves comes first for what has one matrix. */
function preferred(graph: ModelGraph | undefined): readonly string[] {
  const matrices = graph && allParametersOf(graph).filter(({ node }) => (node.type.shape?.length ?? 0) > 1)
  const isLinear = matrices !== undefined && matrices.length < 2
  const names = Object.keys(problems) as readonly ProblemName[]
  return isLinear
    ? names.toSorted((a, b) => Number(!problems[a].forLinear) - Number(!problems[b].forLinear))
    : names
}

function noProblem(signature: Signature): string {
  return `no problem fits a model that ${signatureText(signature)}: \`aswritten toy --problem list\` says which models fit; with --spec, weights are carried over and no problem is needed`
}

function checkProblem(name: string): void {
  if (Object.hasOwn(problems, name)) return
  const close = nearest(name, Object.keys(problems))
  throw new UsageError(
    `there is no problem \`${name}\`${close ? `; did you mean \`${close}\`?` : '; `aswritten toy --problem list` names them'}`,
  )
}

function problemList(): string {
  const lines = (Object.keys(problems) as readonly ProblemName[]).flatMap(name => {
    const { title, asks, accepts } = problems[name]
    const fitting = acceptedTexts(accepts).map(text => `  For a model that ${text}.`)
    return [`${name}: ${title}`, `  ${asks}`, ...fitting, '']
  })
  return `${lines.join('\n').trimEnd()}\n`
}

/** A failure with its place in the code. */
function failureDiagnostic(failure: Failure, { shown, project, code }: ToySubject): Diagnostic {
  const { place } = failure
  const path = place?.path ?? code.path
  const text = place && project.files.read(path)
  const span = place && text !== undefined && spanAt(sourceFile(path, text), place)
  return diagnostic(
    'cannot-run',
    { target: shown, reason: reasonOf(failure) },
    { help: helpFor(failure), ...(span && { span }) },
  )
}

function spanAt(file: SourceFile, { line, column }: NonNullable<Failure['place']>) {
  const lines = file.text.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1
  const at = Math.min(start, file.text.length)
  return { file, start: at, end: Math.min(at + 1, file.text.length) }
}
