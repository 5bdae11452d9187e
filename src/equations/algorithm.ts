import { symbolsIn } from '../graph/attribute.js'
import { symbol as symbolOf } from '../graph/dimension.js'
import { type Model, type ModelGraph, type Optimizer, type Parameter, parametersOf } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import type {
  Assignment,
  Counter,
  Descent,
  Moved,
  Rounds,
  Step,
  TrainingGraph,
  Write,
} from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import { optimizers } from '../library/optimizers.js'
import { descents, folded } from '../library/step-order.js'
import { attributeFormula } from './attributes.js'
import { changedGradients, gradientLetter } from './changed-gradients.js'
import { equationsOf, namedLines } from './equations.js'
import { expressionOf } from './expression.js'
import {
  type Formula,
  glyph,
  type NamedSymbol,
  number,
  parenthesized,
  replaceSymbol,
  row,
  separated,
  symbol,
  word,
} from './formula.js'
import { labelOf, Names, variableSymbol } from './names.js'
import { contents, lettersOf, ParameterGroups } from './parameter-groups.js'
import {
  changesText,
  codeText,
  modeText,
  movedText,
  placeText,
  roundsText,
  scheduleText,
} from './step-text.js'
import type { Explanation, Item } from './system.js'
import { equation, gradientFormula, lossItems, lossLetter, optimizerItems } from './training.js'

/** Numbered steps and blocks of them, with what they refer to. */
export interface Listing {
  readonly title: string
  readonly lines: readonly (ListedStep | ListedBlock)[]
  readonly rules: readonly UpdateRule[]
  readonly explanations: readonly Explanation[]
}

export interface ListedStep {
  readonly kind: 'step'
  readonly number: number
  readonly items: readonly Item[]
  /** What else is to be said, in words. */
  readonly remarks: readonly string[]
}

export interface ListedBlock {
  readonly kind: 'block'
  /** `3 times`, ``each round of `batch of batches` ``. */
  readonly heading: string
  readonly lines: Listing['lines']
}

/** A training as a paper prints it: numbered steps, blocks of them, and what each optimizer does. */
export interface Algorithm extends Listing {
  readonly lines: readonly AlgorithmLine[]
}

export type AlgorithmLine = AlgorithmStep | AlgorithmBlock

export interface AlgorithmStep extends ListedStep {
  readonly step: Descent | Assignment | Extract<Step, { kind: 'unfollowed' }>
}

export interface AlgorithmBlock extends ListedBlock {
  readonly step: Rounds | Extract<Step, { kind: 'alternatives' }>
  readonly lines: readonly AlgorithmLine[]
}

/** What an optimizer makes of a gradient. */
export interface UpdateRule {
  readonly head: Formula
  readonly items: readonly Item[]
  readonly explanations: readonly Explanation[]
}

/** The training code of a target as an algorithm. With `terms`, parts of its equations say which values they stand for. */
export function algorithmOf(found: TrainingGraph, title: string, { terms = false } = {}): Algorithm {
  return new AlgorithmWriter(found, terms).write(title)
}

/** A value that is written into a parameter, while it has the name of none. */
const written = symbol('\\mathrm{written}')

/** Equations of one step, before they are numbered. */
interface Drawn {
  readonly items: readonly Item[]
  readonly remarks: readonly string[]
  readonly explanations?: readonly Explanation[]
}

class AlgorithmWriter {
  readonly #found: TrainingGraph
  readonly #steps: readonly Step[]
  readonly #groups: ParameterGroups
  readonly #rules = new Map<string, UpdateRule>()
  readonly #explanations: Explanation[] = []
  #losses = 0
  #number = 0
  readonly #severalLosses: boolean
  readonly #terms: boolean

  constructor(found: TrainingGraph, terms: boolean) {
    this.#found = found
    this.#terms = terms
    this.#steps = folded(found.training.steps)
    this.#groups = new ParameterGroups(this.#steps, found.training.owners, found.provenance)
    this.#severalLosses = this.#steps.flatMap(descents).length > 1
  }

  write(title: string): Algorithm {
    const lines = this.#lines(this.#steps)
    return {
      title: `${title}, training`,
      lines,
      rules: [...this.#rules.values()],
      explanations: unique([...this.#groups.explanations(), ...this.#explanations]),
    }
  }

  #lines(steps: readonly Step[]): readonly AlgorithmLine[] {
    return steps.flatMap((step): readonly AlgorithmLine[] => {
      if (step.kind === 'rounds')
        return [{ kind: 'block', heading: roundsText(step), step, lines: this.#lines(step.steps) }]
      if (step.kind === 'alternatives') return this.#alternatives(step)
      const number = ++this.#number
      const { items, remarks, explanations = [] } = this.#drawn(step)
      this.#explanations.push(...explanations)
      return [{ kind: 'step', number, step, items, remarks: [placeText(step), ...remarks] }]
    })
  }

  #alternatives(step: Extract<Step, { kind: 'alternatives' }>): readonly AlgorithmLine[] {
    const condition = codeText(step.condition)
    const ways = step.ways.filter(way => way.length > 0)
    return ways.map((way, i) => ({
      kind: 'block',
      heading:
        ways.length === 1
          ? `depending on ${condition}`
          : i === 0
            ? `depending on ${condition}, either`
            : 'or',
      step,
      lines: this.#lines(way),
    }))
  }

  #drawn(step: AlgorithmStep['step']): Drawn {
    switch (step.kind) {
      case 'descent':
        return this.#descent(step)
      case 'assignment':
        return this.#assignment(step)
      case 'unfollowed':
        return { items: [], remarks: [`what it trains is not known: ${step.reason}`] }
    }
  }

  #descent(step: Descent): Drawn {
    const index = ++this.#losses
    const letter = symbol(lossLetter, this.#severalLosses ? { index } : {})
    const loss = step.loss ? this.#loss(step.loss, letter) : { items: [], explanations: [] }
    const moved = this.#groups.of(step.moved)
    const theta = moved.length > 0 ? lettersOf(moved) : symbol('\\theta')
    const given = step.gradients && step.loss ? changedGradients(step, theta, letter) : undefined
    const isKnown = (step.loss !== undefined || step.choice === 'compiled') && !given
    const gradient = isKnown ? gradientFormula(theta, letter) : gradientLetter
    const remarks = [
      ...(step.reason === undefined ? [] : [`the loss is not known: ${step.reason}`]),
      ...movedText(step),
      ...(step.statistics.length > 0
        ? [`it writes down statistics of the batch besides: ${contents(step.statistics)}`]
        : []),
      ...modeText(step),
      ...scheduleText(step),
      ...changesText(step),
      ...(given ? given.remarks : step.changed === undefined ? [] : [step.changed]),
    ]
    const trains = step.moved.length > 0 || step.open !== undefined
    const items = trains ? [equation(theta, this.#update(step.optimizer, theta, gradient), '←')] : []
    return {
      items: [...loss.items, ...(given?.items ?? []), ...items],
      remarks,
      explanations: loss.explanations,
    }
  }

  /** The lines that compute a loss; for a compiled model, what is minimised of its outputs. */
  #loss(
    model: Model,
    letter: NamedSymbol,
  ): Omit<Drawn, 'remarks'> & { readonly explanations: readonly Explanation[] } {
    const { builder, provenance } = this.#found
    if (model.isMinimized) {
      const graph: ModelGraph = { model: this.#renamed(model), builder, provenance }
      const named = new Map([[model.outputs[0]!.node, letter]])
      const { items, explanations } = equationsOf(graph, { named, terms: this.#terms })
      return { items: items.map(plain), explanations: explanations.filter(entry => !this.#isGroup(entry)) }
    }
    const graph: ModelGraph = { model, builder, provenance }
    const { names } = namedLines(graph)
    const objective = lossItems(graph, model.compilation?.losses ?? [], names)
    const calls = model.outputs.flatMap(({ node }) => {
      const own = names.symbol(node)
      const inputs = model.inputs.flatMap(port => names.symbol(port.node) ?? [])
      const head = word(this.#ownerOf(model) ?? model.name)
      return own ? [equation(own, row(head, parenthesized(separated(inputs, glyph(',\\,', ', ')))))] : []
    })
    const items = objective.items.map(item => replaceSymbol(item, symbol(lossLetter), letter))
    return { items: [...calls, ...items], explanations: objective.explanations }
  }

  /** Whether an explanation is of a variable that a step changes, which has one already. */
  #isGroup({ symbol: own, meaning }: Explanation): boolean {
    const key = keyOf(own)
    return meaning === 'variable' && this.#groups.groups.some(({ letter }) => keyOf(letter) === key)
  }

  /** The same with models that are applied under the names that they have in this algorithm. */
  #renamed(model: Model): Model {
    const applications = model.applications.map(application => {
      const { layer } = application
      const name = layer.model && this.#ownerOf(layer.model)
      return name === undefined ? application : { ...application, layer: { ...layer, variable: name } }
    })
    return { ...model, applications }
  }

  /** The name of the model that owns the parameters of another. */
  #ownerOf(model: Model): string | undefined {
    const nodes = new Set(parametersOf(model).map(({ parameter }) => parameter.node))
    const isSame = (parameters: readonly Node[]) =>
      parameters.length === nodes.size && parameters.every(node => nodes.has(node))
    return this.#found.training.owners.find(({ parameters }) => isSame(parameters))?.name
  }

  /** `θ − 0.1 g`, or `Adam(θ, g)` with the rule beside it. */
  #update(optimizer: Optimizer, theta: Formula, gradient: Formula): Formula {
    const { kind, settings } = optimizer
    const definition = Object.hasOwn(optimizers, kind) ? optimizers[kind] : undefined
    if (!definition) return glyph('\\cdots', '…')
    const rate = settings.learningRate?.value
    if (kind === 'sgd' && typeof rate === 'number')
      return row(theta, glyph(' - ', ' − '), number(rate), glyph('\\,', ' '), gradient)
    this.#explainCounters(Object.values(settings).map(({ value }) => value))
    const key = keyOf([kind, Object.entries(settings).map(([name, { value }]) => [name, value])])
    const alike = [...this.#rules].filter(([other]) => other.startsWith(`["${kind}"`)).length
    const known = this.#rules.get(key)
    const head = known?.head ?? symbol(definition.title, alike > 0 ? { index: alike + 1 } : {})
    if (!known) {
      const { items, explanations } = optimizerItems(optimizer, new Names())
      const rest = explanations.slice(1).map(entry => withSource(entry, optimizer))
      this.#rules.set(key, { head, items: items.slice(1), explanations: rest })
    }
    return row(head, parenthesized(separated([theta, gradient], glyph(',\\,', ', '))))
  }

  /** What settings, or numbers in what is written, depend on that counts how far training has come. */
  #explainCounters(values: readonly Attribute[]): void {
    const { counters } = this.#found.training
    for (const value of values)
      for (const name of symbolsIn(value)) {
        const counter = counters.get(name)
        if (counter)
          this.#explanations.push({ symbol: attributeFormula(symbolOf(name)), meaning: counted[counter] })
      }
  }

  #assignment(step: Assignment): Drawn {
    const values = step.writes.flatMap(({ value }) => value ?? [])
    this.#explainCounters(nodesBelow(values).flatMap(({ attributes }) => Object.values(attributes)))
    const together = this.#pairwise(step)
    if (together) return { items: together, remarks: [] }
    const computed = new Map<Node, Write>()
    const plainly: Write[] = []
    for (const own of step.writes)
      if (own.value && own.value.inputs.length > 0 && !computed.has(own.value)) computed.set(own.value, own)
      else plainly.push(own)
    const drawn = this.#computed(computed)
    const isGroup = step.writes.filter(({ moved }) => !moved.layer).length > 1
    return {
      ...drawn,
      items: unique([...drawn.items, ...plainly.map(own => this.#plainly(own))]),
      remarks: [
        ...(isGroup ? ['all right sides are read before the first of them is written'] : []),
        ...new Set(plainly.flatMap(own => this.#unknownText(own))),
      ],
    }
  }

  /** One formula for all parameters of a model, where each is given the same function of itself and its partner. */
  #pairwise({ writes }: Assignment): readonly Item[] | undefined {
    const found = new Map<string, { readonly moved: Moved[]; readonly formula: Formula }>()
    for (const { moved, value } of writes) {
      if (!value) return undefined
      const formula = this.#formula(value)
      const known = found.get(keyOf(formula))
      if (known) known.moved.push(moved)
      else found.set(keyOf(formula), { moved: [moved], formula })
    }
    const lines = [...found.values()].map(({ moved, formula }) => ({
      count: moved.length,
      groups: this.#groups.of(moved),
      formula,
    }))
    const groups = lines.flatMap(line => line.groups)
    const isEach = new Set(groups).size === groups.length && lines.every(({ count }) => count > 1)
    return isEach ? lines.map(line => equation(lettersOf(line.groups), line.formula, '←')) : undefined
  }

  #formula(value: Node): Formula {
    const name = (node: Node) => this.#groups.letter(node) ?? this.#sourceLetter(node)
    return name(value) ?? expressionOf(value, { name, ...(this.#terms && { idOf: (node: Node) => node.id }) })
  }

  /** A parameter that no step changes, by the model that owns it. */
  #sourceLetter(node: Node): NamedSymbol | Formula | undefined {
    if (node.op === 'input')
      return variableSymbol(String(node.attributes.name)) ?? word(String(node.attributes.name))
    if (node.op !== 'parameter') return undefined
    const owner = this.#found.training.owners.find(({ parameters }) => parameters.includes(node))
    if (!owner) return variableSymbol(this.#found.provenance.name(node) ?? String(node.attributes.name))
    const letter = symbol('\\theta', labelOf(owner.name) ?? {})
    this.#explanations.push({ symbol: letter, meaning: 'parameters', owner: owner.name })
    return letter
  }

  /** A weight that gets a value of its own is called by its layer. */
  #letter({ moved: { parameter, layer }, value }: Write): NamedSymbol {
    if (layer && value) return symbol(parameter.name.replaceAll('_', ' '), labelOf(layer.name) ?? {})
    return this.#groups.letter(parameter.node) ?? symbol('\\theta')
  }

  #plainly(own: Write): Item {
    return equation(this.#letter(own), own.value ? this.#formula(own.value) : glyph('\\cdots', '…'), '←')
  }

  #unknownText({ moved: { parameter, layer }, reason }: Write): readonly string[] {
    if (reason === undefined) return []
    const name = layer
      ? 'what is written'
      : `the value of \`${this.#found.provenance.name(parameter.node) ?? parameter.name}\``
    return [`${name} is not known: ${reason}`]
  }

  /** The lines that lead to values, and the values as they are written. */
  #computed(writes: ReadonlyMap<Node, Write>): Pick<Drawn, 'items' | 'explanations'> {
    if (writes.size === 0) return { items: [] }
    const { builder, provenance } = this.#found
    const leaves = nodesBelow([...writes.keys()])
    const origin = originOf(this.#found)
    const nameOf = (leaf: Node) => String(leaf.attributes.name)
    const model: Model = {
      name: 'update',
      inputs: leaves.flatMap(leaf =>
        leaf.op === 'input' ? [{ name: nameOf(leaf), node: leaf, origin }] : [],
      ),
      outputs: [...writes].map(([node, { moved }]) => ({ name: moved.parameter.name, node, origin })),
      applications: [],
      layers: [],
      variables: leaves.flatMap(leaf => (leaf.op === 'parameter' ? [variableOf(leaf)] : [])),
      origin,
    }
    const letters = new Map<string, NamedSymbol>()
    const after: Item[] = []
    const named = new Map<Node, NamedSymbol>()
    for (const [i, [node, own]] of [...writes].entries()) {
      const letter = this.#letter(own)
      const isRead = [...writes.keys()].some(other => other !== node && nodesBelow([other]).includes(node))
      if (isRead) after.push(equation(letter, { ...letter, label: 'new' }, '←'))
      else letters.set(keyOf({ ...written, index: i }), letter)
      named.set(node, isRead ? { ...letter, label: 'new' } : { ...written, index: i })
    }
    const groups = new Set<string>()
    for (const leaf of leaves) {
      const letter = leaf.op === 'parameter' ? this.#groups.letter(leaf) : undefined
      if (!letter) continue
      named.set(leaf, letter)
      groups.add(keyOf(letter))
    }
    const { items, explanations } = equationsOf({ model, builder, provenance }, { named, terms: this.#terms })
    return {
      items: [...items.map(item => asWrite(plain(item), letters)), ...after],
      explanations: explanations.filter(entry => !groups.has(keyOf(entry.symbol))),
    }
  }
}

/** A parameter that an update reads, of which no more is asked than its name and shape. */
function variableOf(node: Node): Parameter {
  const { shape } = node.type
  const initializer = { kind: 'value', settings: {} }
  return { name: String(node.attributes.name), node, shape: shape ?? [], initializer, trainable: true }
}

const originOf = ({ training }: TrainingGraph) => training.steps.flatMap(originsIn)[0]!

function originsIn(step: Step): readonly Descent['origin'][] {
  if ('origin' in step) return [step.origin]
  return step.kind === 'rounds' ? step.steps.flatMap(originsIn) : step.ways.flat().flatMap(originsIn)
}

/** The lines that compute what is written, by the placeholders on their left. */
function asWrite(item: Item, letters: ReadonlyMap<string, Formula>): Item {
  const own = item.kind === 'equation' ? letters.get(keyOf(item.left)) : undefined
  return own ? ({ ...item, left: own, sign: '←' } as Item) : item
}

/** Without the space that the value lives in. */
function plain(item: Item): Item {
  if (item.kind === 'repetition') return { ...item, items: item.items.map(plain) }
  const { space: _, ...rest } = item
  return rest
}

/** What symbols of hyper-parameters count. */
const counted: Readonly<Record<Counter, string>> = {
  epoch: 'number of the epoch, from 0',
  round: 'number of the round, from 0',
  call: 'how often it was called before',
}

/** Where a setting of an optimizer comes from. */
function withSource(entry: Explanation, { settings, kind }: Optimizer): Explanation {
  const name = Object.keys(settings).find(
    key => key.replace(/([A-Z])/g, c => ` ${c.toLowerCase()}`) === entry.meaning,
  )
  const setting = name === undefined ? undefined : settings[name]
  if (setting?.from !== 'default' || name === undefined) return entry
  const definition = optimizers[kind]!
  const [core, text] = definition.source.split('; ')
  const isText = definition.asText?.[name] !== undefined && definition.asText[name] === settings[name]?.value
  return { ...entry, remark: `by default (${isText ? text : core})` }
}

function unique<Entry>(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map(entry => [keyOf(entry), entry])).values()]
}

/** All equations of an algorithm in order, each with the blocks that it is in. */
export function equationsIn(
  lines: Listing['lines'],
  within: readonly string[] = [],
): readonly { readonly item: Item; readonly within: readonly string[] }[] {
  return lines.flatMap(line =>
    line.kind === 'block'
      ? equationsIn(line.lines, [...within, line.heading])
      : line.items.map(item => ({ item, within })),
  )
}

/** Equal texts for equal things; sizes that are symbols have coefficients that JSON does not know. */
function keyOf(thing: unknown): string {
  return JSON.stringify(thing, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
