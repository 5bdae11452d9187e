import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { textOf } from '../library/config.js'
import type { SourceFile } from '../text/source.js'
import { readAccepted } from './accepted.js'
import { structureClauses } from './clauses.js'
import { SpecContext } from './context.js'
import type { Plan } from './plan.js'
import { readInputs, readOutputs } from './ports.js'
import { readAlgorithm } from './read-algorithm.js'
import { readNetworks, readVariables } from './read-networks.js'
import type { Spec } from './spec.js'
import { statedModel, tried } from './stated-model.js'
import { StepReader } from './steps.js'
import { readSymbols } from './symbols.js'
import { readTraining } from './training.js'
import { readYaml, scalarOf, type YamlEntry } from './yaml.js'

/** The keys of a spec. */
export const topKeys = [
  'title',
  'citation',
  'notes',
  'symbols',
  'inputs',
  'networks',
  'variables',
  'models',
  'model',
  'outputs',
  'loss',
  'optimizer',
  'parameters',
  'training',
  'accepted',
]

/** What is stated of a model, and not of its training. */
const ofModels = ['models', 'model', 'outputs', 'loss', 'optimizer', 'parameters']

const aboutModels = 'a spec is about a model or about training: state the model in a spec of its own'

/** Reads a spec. All errors that can be told at once are reported together, each with its place. */
export function readSpec(file: SourceFile): {
  readonly spec?: Spec
  readonly diagnostics: readonly Diagnostic[]
} {
  const { root, diagnostics } = readYaml(file)
  if (!root) return { diagnostics }
  const context = new SpecContext(file, diagnostics)
  const top = context.fields(root, 'spec', topKeys, ['title', 'inputs'])
  readSymbols(context, top.get('symbols'))
  const inputs = readInputs(context, top.get('inputs'))
  const named = top.has('models') ? context.entries(top.get('models')!.value, 'models', ['encoder', '…']) : []
  const models = new Map(named?.map(entry => [entry.key, entry]))
  const reader = new StepReader(
    context,
    models,
    inputs.map(({ name }) => name),
  )
  const last = top.has('model')
    ? reader.steps(
        top.get('model')!.value,
        inputs.map(({ name }) => name),
        '',
      )
    : []
  const outputs = readOutputs(context, top.get('outputs'), last, reader, top.get('model'))
  const plan: Plan = { inputs, steps: reader.planned, outputs }
  const clauses = structureClauses(plan)
  const training = readTraining(
    context,
    top,
    outputs.map(({ name }) => name),
  )
  const before = context.diagnostics.length
  const functions = readNetworks(context, top.get('networks'))
  const networks = [...functions, ...readVariables(context, top.get('variables'), functions)]
  // Steps name networks; what is wrong with those has been said.
  const steps = context.diagnostics.length > before ? undefined : top.get('training')
  const { algorithm, ...taught } = readAlgorithm(context, steps, inputs, networks)
  if (top.has('training'))
    for (const key of ofModels) {
      const entry = top.get(key)
      if (entry) context.report('spec-unknown-key', { layer: 'training', key }, entry.keySpan, aboutModels)
    }
  if (top.size > 0 && !top.has('model') && !top.has('training'))
    context.report('spec-missing-key', { layer: 'spec', key: 'model' }, { file, start: 0, end: 1 })
  const citation = context.citation(top.get('citation'))
  const title = readTitle(context, top.get('title'))
  const all = [...clauses.list, ...training.clauses, ...taught.clauses]
  const accepted = readAccepted(context, top.get('accepted'), all)
  if (context.diagnostics.length > 0) return { diagnostics: inOrder(context.diagnostics) }
  const stated = statedModel(context, title, plan, clauses.byPart)
  const trial = top.has('model') ? tried(stated) : { diagnostics: [] }
  if (trial.diagnostics.length > 0) return { diagnostics: trial.diagnostics }
  const spec: Spec = {
    ...stated,
    ...(citation && { citation }),
    path: file.path,
    clauses: all,
    losses: training.losses,
    ...(training.optimizer && { optimizer: training.optimizer }),
    ...(training.counts && { parameterCounts: training.counts }),
    ...(algorithm && { algorithm }),
    accepted,
  }
  return { spec, diagnostics: [] }
}

function readTitle(context: SpecContext, entry: YamlEntry | undefined): string {
  const title = scalarOf(entry?.value)
  if (entry && (title === undefined || title === null || title === '')) {
    const values = { layer: 'spec', key: 'title', value: textOf(title ?? null), expected: 'a text' }
    context.report('spec-invalid-value', values, entry.span)
  }
  return String(title)
}

/**
 * By place, each once: what is wrong in a repeated step is met every time, and what is wrong in a part of a value makes
 * the whole value wrong.
 */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const told: Diagnostic[] = []
  for (const entry of diagnostics) if (!told.some(earlier => contains(entry, earlier))) told.push(entry)
  return told.sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0))
}

function contains({ span: outer }: Diagnostic, { span: inner }: Diagnostic): boolean {
  return !!outer && !!inner && outer.start <= inner.start && inner.end <= outer.end
}
