import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { GraphBuilder } from '../graph/builder.js'
import { type Dimension, isPolynomial, multiply, symbol } from '../graph/dimension.js'
import { Provenance } from '../graph/provenance.js'
import { shapeText } from '../graph/type.js'
import { textOf } from '../library/config.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import { opTable } from '../ops/table.js'
import { nearest } from '../text/nearest.js'
import type { Span } from '../text/source.js'
import {
  isVariable,
  type Place,
  type StatedAlgorithm,
  type StatedAmount,
  type StatedClipping,
  type StatedNetwork,
  type StatedStep,
  type StatedValue,
} from './algorithm.js'
import { clausesOfNetwork, clausesOfStep } from './clauses.js'
import { clippings } from './clippings.js'
import type { SpecContext } from './context.js'
import { instantiatePlan } from './instantiate.js'
import type { Namespace } from './namespace.js'
import { drawnIn, isPassage, type Plan, type PlannedLine, type PlannedPassage } from './plan.js'
import type { Clause, ClauseEquation, Spec } from './spec.js'
import { nameIn, prefixesIn } from './statements.js'
import { StepReader } from './steps.js'
import { readOptimizer } from './training.js'
import { entriesOf, itemsOf, scalarOf, spanOf, type YamlEntry, type YamlNode } from './yaml.js'

/** Reads what a spec says of training under `training:`. */
export function readAlgorithm(
  context: SpecContext,
  entry: YamlEntry | undefined,
  inputs: Plan['inputs'],
  networks: readonly StatedNetwork[],
): { readonly algorithm?: StatedAlgorithm; readonly clauses: readonly Clause[] } {
  if (!entry) return { clauses: [] }
  const reader = new AlgorithmReader(context, inputs, networks)
  reader.read(entry.value, { times: 1 })
  const { steps } = reader
  if (steps.length === 0 && context.diagnostics.length === 0) {
    const expected = 'at least one step, such as `minimize: L`'
    context.report(
      'spec-invalid-value',
      { layer: 'spec', key: 'training', value: 'none', expected },
      entry.span,
    )
  }
  const clauses = [...networks.flatMap(clausesOfNetwork), ...steps.flatMap(clausesOfStep)]
  return { algorithm: { networks, steps }, clauses }
}

const objectiveKeys = [
  'over',
  'optimizer',
  'clip',
  'batch',
  'epochs',
  'equation',
  'equations',
  'where',
  'every',
  'cite',
  'notes',
] as const

/** The keys of each kind of step. */
export const trainingSteps = {
  minimize: objectiveKeys,
  maximize: objectiveKeys,
  update: ['every', 'cite', 'notes'],
  repeat: ['notes'],
  equation: ['where', 'cite', 'notes'],
  equations: ['where', 'cite', 'notes'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Numbers of examples and epochs, with the words for them. */
const amounts = [
  { key: 'batch', of: 'batchSize', unit: 'batches of #' },
  { key: 'epochs', of: 'epochs', unit: '# epochs' },
] as const

type TrainingStepKind = keyof typeof trainingSteps

const isTrainingStep = (key: string): key is TrainingStepKind => Object.hasOwn(trainingSteps, key)

/** What is read around a step. */
interface Around {
  readonly times: Dimension
  readonly repeat?: { readonly span: Span }
}

class AlgorithmReader {
  readonly steps: StatedStep[] = []
  readonly #context: SpecContext
  readonly #inputs: Plan['inputs']
  readonly #networks: readonly StatedNetwork[]
  readonly #equations: StepReader

  constructor(context: SpecContext, inputs: Plan['inputs'], networks: readonly StatedNetwork[]) {
    this.#context = context
    this.#inputs = inputs
    this.#networks = networks
    this.#equations = new StepReader(
      context,
      new Map(),
      [...inputs, ...networks.filter(isVariable)].map(({ name }) => name),
      networks.filter(own => !isVariable(own)).flatMap(({ to }) => to.map(({ name }) => name)),
    )
  }

  read(node: YamlNode | null, around: Around): void {
    const items = itemsOf(node)
    if (!items) {
      const span = node ? spanOf(node, this.#context.file) : { file: this.#context.file, start: 0, end: 0 }
      const value = String(scalarOf(node) ?? 'entries')
      this.#invalid('training', 'steps', value, 'a list of steps', span)
      return
    }
    for (const item of items) this.#step(item, around)
  }

  #invalid(layer: string, key: string, value: string, expected: string, span: Span): void {
    this.#context.report('spec-invalid-value', { layer, key, value, expected }, span)
  }

  #step(node: YamlNode, around: Around): void {
    const context = this.#context
    const entries = entriesOf(node, context.file)
    const head = entries?.find(({ key }) => isTrainingStep(key))
    if (!entries || !head || !isTrainingStep(head.key)) {
      const [first] = entries ?? []
      const known = Object.keys(trainingSteps)
      if (first) context.unknownKey('training', first.key, known, first.keySpan)
      else {
        const value = String(scalarOf(node) ?? 'a list')
        this.#invalid('training', 'step', value, 'a step such as `minimize: L`', spanOf(node, context.file))
      }
      return
    }
    const known: readonly string[] = [head.key, ...trainingSteps[head.key]]
    for (const { key, keySpan } of entries)
      if (!known.includes(key)) context.unknownKey(head.key, key, known, keySpan)
    const fields = new Map(entries.map(entry => [entry.key, entry]))
    switch (head.key) {
      case 'minimize':
      case 'maximize':
        this.#descent(head, fields, around)
        break
      case 'update':
        this.#update(head, fields, around)
        break
      case 'repeat':
        this.#repeat(head, around)
        break
      case 'equation':
      case 'equations':
        this.#equations.equation(head, fields, [])
    }
  }

  #repeat({ value, span }: YamlEntry, around: Around): void {
    const fields = this.#context.fields(value, 'repeat', ['times', 'steps'], ['times', 'steps'])
    const times = this.#context.quantity(fields.get('times')?.value ?? null)
    const isCount = isPolynomial(times)
    if (!isCount && !(typeof times === 'number' && Number.isSafeInteger(times) && times > 0)) {
      this.#invalid('repeat', 'times', textOf(times), 'a whole number', fields.get('times')?.span ?? span)
      return
    }
    this.read(fields.get('steps')?.value ?? null, {
      times: multiply(around.times, times as Dimension),
      repeat: { span: fields.get('times')?.span ?? span },
    })
  }

  #place(id: string, fields: ReadonlyMap<string, YamlEntry>, { times, repeat }: Around): Place {
    const entry = fields.get('every')
    const count = entry && this.#context.quantity(entry.value)
    const isCount =
      isPolynomial(count) || (typeof count === 'number' && Number.isSafeInteger(count) && count > 0)
    if (entry && !isCount) this.#invalid(id, 'every', textOf(count ?? null), 'a whole number', entry.span)
    const clause = (text: string, span: Span, kind: string): Clause => ({
      id: `${id}.${kind}`,
      kind: 'update',
      statement: text,
      span,
    })
    const every = entry &&
      isCount && { count, clause: clause(`every ${textOf(count)} rounds`, entry.span, 'every') }
    const timesClause = repeat && clause(`${textOf(times)} times`, repeat.span, 'times')
    return { times, ...(timesClause && { timesClause }), ...(every && { every }) }
  }

  /** `batch: 128`, `epochs: 90`. */
  #amounts(id: string, fields: ReadonlyMap<string, YamlEntry>): readonly StatedAmount[] {
    return amounts.flatMap(({ key, of, unit }) => {
      const entry = fields.get(key)
      if (!entry) return []
      const value = this.#context.quantity(entry.value)
      const isCount =
        isPolynomial(value) || (typeof value === 'number' && Number.isSafeInteger(value) && value > 0)
      if (!isCount) this.#invalid(id, key, textOf(value), 'a whole number', entry.span)
      const statement = unit.replace('#', textOf(value))
      return [{ of, value, clause: { id: `${id}.${key}`, kind: 'update', statement, span: entry.span } }]
    })
  }

  /** `clip: { globalNorm: 0.5 }`. */
  #clipping(id: string, fields: ReadonlyMap<string, YamlEntry>): StatedClipping | undefined {
    const entry = fields.get('clip')
    if (!entry) return undefined
    const known = Object.keys(clippings)
    const given = this.#context.fields(entry.value, 'clip', known, [])
    const [key, ...others] = given.keys()
    // What is no key of these has been said.
    if (key !== undefined && !known.includes(key)) return undefined
    const bound = key === undefined ? undefined : this.#context.quantity(given.get(key)!.value)
    const isBound = isPolynomial(bound) || (typeof bound === 'number' && bound > 0)
    if (key === undefined || others.length > 0 || !isBound) {
      const expected = `one of ${known.join(', ')} with a number above 0`
      this.#invalid(id, 'clip', key === undefined ? 'nothing' : textOf(bound ?? null), expected, entry.span)
      return undefined
    }
    const by = clippings[key]!
    const statement = by.statement.replace('#', textOf(bound))
    return { by, bound, clause: { id: `${id}.clip`, kind: 'update', statement, span: entry.span } }
  }

  /** A name for the clauses of a step that no other has. */
  #id(name: string): string {
    const ids = new Set(this.steps.flatMap(clausesOfStep).map(({ id }) => id))
    let id = `training.${name}`
    for (let i = 2; ids.has(id); i++) id = `training.${name}.${i}`
    return id
  }

  #descent(head: YamlEntry, fields: ReadonlyMap<string, YamlEntry>, around: Around): void {
    const context = this.#context
    const stated = scalarOf(head.value)
    const name = typeof stated === 'string' ? nameIn(parseEquation(stated))?.name : undefined
    if (name === undefined) {
      this.#invalid(head.key, head.key, textOf(stated ?? null), 'the name of a value, such as `L`', head.span)
      return
    }
    const equations = fields.get('equations') ?? fields.get('equation')
    const prefix = `step${this.steps.length + 1}.`
    const [scope, whole] = this.#equations.within(prefix, () => {
      if (equations) this.#equations.equation(equations, fields, [])
      return [this.#equations.scope, this.#equations.scope.find(name)] as const
    })
    const before = context.diagnostics.length
    if (whole === undefined) {
      const suggestion = nearest(name, scope.visible)
      const help = suggestion
        ? `did you mean \`${suggestion}\`?`
        : `define it: \`equations: ${name} = …\` beside \`${head.key}\``
      // What is wrong with its equations has been said.
      if (before === 0) context.report('spec-undefined-symbol', { name }, head.span, help)
      return
    }
    const over = this.#over(fields.get('over'), head)
    const id = this.#id(name)
    const citation = context.citation(fields.get('cite'))
    const optimizer = readOptimizer(context, fields.get('optimizer'), `${id}.optimizer`)
    const clipping = this.#clipping(id, fields)
    const amounts = this.#amounts(id, fields)
    if (context.diagnostics.length > 0) return
    const passages = neededFor(whole, this.#passages(scope))
    const line = passages.flatMap(({ lines }) => lines).find(({ output }) => whole.endsWith(output))
    const sign = head.key === 'maximize' ? -1 : 1
    const objective = this.#value(name, whole, passages, sign, head.span)
    if (!objective) return
    const cited = citation && { citation }
    this.steps.push({
      kind: 'descent',
      name,
      objective,
      equations: equationsOf(passages),
      over,
      ...(optimizer && { optimizer }),
      ...(clipping && { clipping }),
      amounts,
      clauses: {
        objective: {
          id,
          kind: 'loss',
          statement: `${head.key} ${line?.statement ?? name}`,
          ...(line && { equation: { lead: `${head.key} `, tree: line.equation, read: line.expression } }),
          span: head.span,
          ...cited,
        },
        over: {
          id: `${id}.over`,
          kind: 'update',
          statement: `over ${over.map(({ parameters }) => parameters).join(', ')}`,
          span: fields.get('over')?.span ?? head.span,
          ...cited,
        },
      },
      ...this.#place(id, fields, around),
    })
  }

  /** The equations that count in a scope: its own, and those of the scopes around it. */
  #passages(scope: Namespace): readonly PlannedPassage[] {
    const scopes = new Set<Namespace>()
    for (let own: Namespace | undefined = scope; own; own = own.outer) scopes.add(own)
    return this.#equations.planned.filter(isPassage).filter(passage => scopes.has(passage.scope))
  }

  /** Networks by name; where there is one, it need not be said. */
  #over(entry: YamlEntry | undefined, head: YamlEntry): readonly StatedNetwork[] {
    if (!entry) {
      if (this.#networks.length === 1) return this.#networks
      this.#context.report('spec-missing-key', { layer: head.key, key: 'over' }, head.keySpan)
      return []
    }
    const items = itemsOf(entry.value) ?? (entry.value ? [entry.value] : [])
    return items.flatMap(item => {
      const text = String(scalarOf(item))
      const name = nameIn(parseEquation(text))?.name ?? text
      const found = this.#networks.find(own => own.name === name || own.parameters === name)
      if (found) return [found]
      const suggestion = nearest(
        name,
        this.#networks.map(own => own.name),
      )
      const help = suggestion && `did you mean \`${suggestion}\`?`
      this.#context.report(
        'spec-unknown-name',
        { kind: 'network', name },
        spanOf(item, this.#context.file),
        help,
      )
      return []
    })
  }

  /** A value of equations, tried out with some networks. */
  #value(
    name: string,
    value: string,
    passages: readonly PlannedPassage[],
    sign: 1 | -1,
    span: Span,
    inputs = this.#inputs,
  ): StatedValue | undefined {
    const context = this.#context
    const plan: Plan = { inputs, networks: this.#networks, steps: passages, outputs: [{ name, value, span }] }
    const instantiate: StatedValue['instantiate'] = request => {
      const made = instantiatePlan(
        name,
        plan,
        own => context.symbolValue(own),
        [...context.symbols.keys()],
        request,
      )
      return sign === 1 ? made : negated(made)
    }
    const trial = instantiate({ builder: new GraphBuilder(opTable), provenance: new Provenance() })
    const problems: readonly Diagnostic[] = trial.diagnostics
    context.diagnostics.push(...problems)
    if (problems.length > 0) return undefined
    const shape = trial.graph?.model.outputs[0]?.node.type.shape
    if (inputs === this.#inputs && shape && shape.length > 0) {
      const problem = `what a step minimises is one number, and this has the shape ${shapeText(shape)}: take the mean`
      context.report('spec-shape-mismatch', { layer: `\`${name}\``, problem }, span)
      return undefined
    }
    const parameters = new Map(passages.flatMap(own => own.parameters).map(own => [own.name, own]))
    return {
      instantiate,
      equationParameters: [...parameters.values()].map(own => ({
        ...own,
        shape: own.shape as readonly Dimension[],
      })),
      draws: drawnIn(passages),
    }
  }

  #update(head: YamlEntry, fields: ReadonlyMap<string, YamlEntry>, around: Around): void {
    const context = this.#context
    const text = scalarOf(head.value)
    const tree = typeof text === 'string' ? parseEquation(text) : undefined
    const left =
      tree && !isSyntaxProblem(tree) && tree.kind === 'binary' && tree.operator === '<-'
        ? nameIn(tree.left)?.name
        : undefined
    const network = this.#networks.find(({ parameters }) => parameters === left)
    const reader = new StepReader(
      context,
      new Map(),
      this.#networks.map(({ parameters }) => parameters),
    )
    const [whole] = reader.equation(head, fields, [], `${left ?? 'θ'}, updated`)
    if (context.diagnostics.length > 0) return
    if (!network || whole === undefined) {
      const known = this.#networks.map(({ parameters }) => parameters).join(', ')
      const expected = `the parameters of a network on the left: ${known || 'none is stated'}`
      this.#invalid('training', 'update', String(text), expected, head.span)
      return
    }
    const inputs = this.#networks.map(({ parameters: name }) => {
      const shape = [symbol('rows', true), symbol('columns', true)]
      return { name, shape, dtype: 'float32', hasBatch: false, span: head.span }
    })
    const passages = reader.planned.filter(isPassage)
    const value = this.#value(network.parameters, whole, passages, 1, head.span, inputs)
    if (!value) return
    const citation = context.citation(fields.get('cite'))
    const id = this.#id(network.parameters)
    const statement = String(text).trim()
    const [line] = passages.flatMap(({ lines }) => lines)
    this.steps.push({
      kind: 'update',
      network,
      reads: this.#networks,
      value,
      clause: {
        id,
        kind: 'update',
        statement,
        ...(line && { equation: { lead: '', tree: line.equation, read: line.expression } }),
        span: head.span,
        ...(citation && { citation }),
      },
      ...this.#place(id, fields, around),
    })
  }
}

/** The equations of passages; one that holds for several indices has several lines. */
function equationsOf(passages: readonly PlannedPassage[]): readonly ClauseEquation[] {
  const lines = passages.flatMap(own => own.lines)
  return lines.flatMap(({ equation, expression }, i) =>
    lines.findIndex(other => other.equation === equation) === i
      ? [{ lead: '', tree: equation, read: expression }]
      : [],
  )
}

/** The lines that a value depends on, in the passages that have any. */
function neededFor(value: string, passages: readonly PlannedPassage[]): readonly PlannedPassage[] {
  const needed = new Set([value])
  const all = passages.flatMap(({ lines, scope }) => lines.map(line => ({ line, scope })))
  for (const name of needed)
    for (const { line, scope } of all) {
      const own = line.kind === 'function' ? line.output : `${scope.prefix}${line.output}`
      if (own !== name) continue
      for (const used of prefixesIn(line.expression)) {
        needed.add(used)
        const whole = scope.find(used)
        if (whole !== undefined) needed.add(whole)
      }
    }
  return passages.flatMap(passage => {
    const { scope } = passage
    const isNeeded = ({ kind, output }: PlannedLine) =>
      needed.has(kind === 'function' ? output : `${scope.prefix}${output}`)
    const [lines, claims] = [passage.lines.filter(isNeeded), passage.claims.filter(isNeeded)]
    return lines.length > 0 ? [{ ...passage, lines, claims }] : []
  })
}

/** The same with the negative of its only output. */
function negated(made: ReturnType<Spec['instantiate']>): ReturnType<Spec['instantiate']> {
  const { graph } = made
  const [port] = graph?.model.outputs ?? []
  if (!graph || !port) return made
  const node = graph.builder.node('negate', [port.node])
  if ('problem' in node) return made
  return { ...made, graph: { ...graph, model: { ...graph.model, outputs: [{ ...port, node }] } } }
}
