import {
  innerLayersOf,
  type Layer,
  type LayerApplication,
  type Model,
  type Parameter,
} from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { Provenance } from '../graph/provenance.js'
import { type Accent, type NamedSymbol, symbol } from './formula.js'
import { greekMacro } from './letters.js'
import { isRecurrence } from './lines.js'

/** The letters that papers use for parameters, by the name that the layer table gives them. */
const letters: Readonly<Record<string, Partial<NamedSymbol> & { readonly base: string }>> = {
  kernel: { base: 'W' },
  bias: { base: 'b' },
  recurrentKernel: { base: 'U' },
  depthwiseKernel: { base: 'D' },
  pointwiseKernel: { base: 'P' },
  embeddings: { base: 'E' },
  gamma: { base: '\\gamma' },
  beta: { base: '\\beta' },
  movingMean: { base: '\\mu' },
  movingVariance: { base: '\\sigma', power: 2 },
  alpha: { base: '\\alpha' },
}

/** What a prefix of a parameter's name says about it. */
const prefixes: Readonly<Record<string, Accent>> = { forward: 'forwards', backward: 'backwards' }

/** The longest name of the author's that goes into a subscript. */
const longestLabel = 16

/** A name of the author's as a subscript: `block_3` has the label `block` and the index 3. */
export function labelOf(name: string): Pick<NamedSymbol, 'label' | 'index'> | undefined {
  if (name.length > longestLabel) return undefined
  const [, text, digits] = /^(.*?)[_-]?(\d{1,6})?$/.exec(name) ?? []
  return { ...(text && { label: text }), ...(digits && { index: Number(digits) }) }
}

/** A variable of the author's as a symbol: `x`, `h1` → h₁, `z_mean` → z with a subscript, `yHat` → ŷ, `hidden`. */
export function variableSymbol(name: string): NamedSymbol | undefined {
  const accented = /^(\w+?)_?(hat|tilde|bar)$/i.exec(name)
  if (accented?.[1]) {
    const inner = variableSymbol(accented[1])
    return inner && { ...inner, accent: accented[2]!.toLowerCase() as Accent }
  }
  const [, word, digits] = /^([A-Za-z\u0370-\u03ff]+)_?(\d{1,6})?$/.exec(name) ?? []
  const index = digits ? { index: Number(digits) } : {}
  if (word && word.length <= longestLabel) return symbol(letterOf(word), index)
  const [, letter, label] = /^([A-Za-z\u0370-\u03ff]|[a-z]+)_([A-Za-z0-9_]+)$/.exec(name) ?? []
  if (!letter || !label || (letter.length > 1 && !greekMacro(letter)) || label.length > longestLabel)
    return undefined
  return symbol(letterOf(letter), { label })
}

/** What a function is given inside of something else goes by its own name: `params.w1` is w₁, and `params.0` is params₀. */
function fieldSymbol(path: string): NamedSymbol | undefined {
  const [last, owner] = path.split('.').reverse()
  if (last === undefined || owner === undefined) return undefined
  return variableSymbol(/^\d+$/.test(last) ? `${owner}_${last}` : last)
}

function letterOf(word: string): string {
  return greekMacro(word) ?? word
}

/** Whether it is a name as mathematics has them: one letter, Latin or Greek. */
function isLetter(found: NamedSymbol | undefined): found is NamedSymbol {
  return found !== undefined && (found.base.startsWith('\\') || [...found.base].length === 1)
}

/** `scale_Scale1`: a class in small letters, then the class, and how many there were (tfjs-layers/src/engine/topology.ts). */
const generatedName = /^[a-z0-9_]+_[A-Z]\w*\d+$/

/** Whether TF.js made up the name of a layer. */
export const isGeneratedName = (name: string): boolean => generatedName.test(name)

/** How the layer is called by its author, if at all: its configured name, or the variable that holds it. */
export function givenName({ config, variable }: Layer): string | undefined {
  const { name } = config
  const isGiven = name?.from === 'given' && typeof name.value === 'string' && !generatedName.test(name.value)
  return isGiven ? (name.value as string) : variable
}

function keyOf(candidate: NamedSymbol): string {
  return JSON.stringify(Object.entries(candidate).sort())
}

/** The names of a model's values, each symbol used for one value only. */
export class Names {
  readonly #symbols = new Map<Node, NamedSymbol>()
  readonly #taken = new Set<string>()
  /** The last index that was given to a family of symbols. */
  readonly #last = new Map<string, number>()

  symbol(node: Node): NamedSymbol | undefined {
    return this.#symbols.get(node)
  }

  /** Whether a value of the model has this name. */
  has(candidate: NamedSymbol): boolean {
    return this.#taken.has(keyOf(candidate))
  }

  /** Gives a node the first of the candidates that is still free. */
  give(node: Node, ...candidates: readonly (NamedSymbol | undefined)[]): void {
    if (this.#symbols.has(node)) return
    for (const candidate of candidates) {
      if (!candidate) continue
      const key = keyOf(candidate)
      if (this.#taken.has(key)) continue
      this.#taken.add(key)
      this.#symbols.set(node, candidate)
      return
    }
  }

  /** Gives a node without a name the symbol with the next index that is still free. */
  number(node: Node, family: NamedSymbol): void {
    const key = keyOf(family)
    while (!this.#symbols.has(node)) {
      const index = (this.#last.get(key) ?? 0) + 1
      this.#last.set(key, index)
      this.give(node, { ...family, index })
    }
  }
}

/**
 * Names a model's inputs, outputs, lines and parameters. `lines` are the values that stand on the left of an
 * equation, in order.
 */
export function nameModel(
  model: Model,
  lines: readonly Node[],
  provenance: Provenance,
  given: ReadonlyMap<Node, NamedSymbol> = new Map(),
): Names {
  const names = new Names()
  for (const [node, own] of given) names.give(node, own)
  nameInputs(model, names, provenance)
  const producers = new Map(
    model.applications.flatMap(application =>
      application.outputs.map(output => [output, application] as const),
    ),
  )
  nameOutputs(model, producers, names, provenance)
  nameLines(model, lines, producers, names, provenance)
  nameVariables(model, names, provenance)
  nameParameters(model, names)
  return names
}

function nameInputs(model: Model, names: Names, provenance: Provenance): void {
  const only = model.inputs.length === 1
  const isGraph = model.applications.length === 0
  model.inputs.forEach(({ node, name }, i) => {
    const isGenerated = /^input[_\d]*$|_input\d*$/i.test(name)
    const own = provenance.name(node)
    const variable = own === undefined ? undefined : variableSymbol(own)
    const label = isGenerated ? own : name
    names.give(
      node,
      isGraph || isLetter(variable) ? variable : undefined,
      fieldSymbol(name),
      only ? symbol('x') : undefined,
      label === undefined || label.length > longestLabel ? undefined : symbol('x', { label }),
      symbol('x', { index: i + 1 }),
    )
  })
}

type Producers = ReadonlyMap<Node, LayerApplication>

function nameOutputs(model: Model, producers: Producers, names: Names, provenance: Provenance): void {
  const only = model.outputs.length === 1
  const isGraph = model.applications.length === 0
  model.outputs.forEach(({ node }, i) => {
    const own = provenance.name(node)
    const variable = own === undefined ? undefined : variableSymbol(own)
    const layer = producers.get(node)?.layer
    const label = (layer && givenName(layer)) ?? own
    names.give(
      node,
      isGraph || isLetter(variable) ? variable : undefined,
      only ? symbol('y', isGraph ? {} : { accent: 'hat' }) : undefined,
      only && isGraph ? variableSymbol(model.name) : undefined,
      label === undefined ? undefined : symbol('y', { accent: 'hat', ...labelOf(label) }),
      symbol('y', { accent: 'hat', index: i + 1 }),
    )
  })
}

function nameLines(
  model: Model,
  lines: readonly Node[],
  producers: Producers,
  names: Names,
  provenance: Provenance,
): void {
  const timesUsed = new Map<string, number>()
  for (const line of lines) {
    const own = provenance.name(line)
    if (own !== undefined) timesUsed.set(own, (timesUsed.get(own) ?? 0) + 1)
  }
  // A recurrence calls its state h, so the values between layers take another letter beside it.
  const letter = lines.some(isRecurrence) ? 'z' : 'h'
  const unnamed = lines.filter(line => !names.symbol(line) && !isRecurrence(line))
  const isGraph = model.applications.length === 0
  const counts = new Map<string, number>()
  for (const line of unnamed) {
    const own = provenance.name(line)
    const layer = producers.get(line)?.layer
    const label = layer && givenName(layer)
    const variable = own === undefined ? undefined : variableSymbol(own)
    const isUnique = own !== undefined && timesUsed.get(own) === 1
    const count = own === undefined ? 0 : (counts.get(own) ?? 0) + 1
    if (own !== undefined) counts.set(own, count)
    names.give(
      line,
      isUnique ? variable : undefined,
      isGraph && variable && variable.index === undefined ? { ...variable, index: count } : undefined,
      label === undefined ? undefined : symbol(letter, labelOf(label)),
      unnamed.length === 1 ? symbol(letter) : undefined,
    )
    names.number(line, symbol(letter))
  }
}

/** The letter of a parameter, and how it is set apart from others of the same letter in its layer. */
export function parameterLetter({ name }: Parameter): Partial<NamedSymbol> & { readonly base: string } {
  const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const known = letters[camel]
  if (known) return known
  const [, prefix = '', rest = ''] = /^([a-z]+)([A-Z]\w*)$/.exec(camel) ?? []
  const accent = prefixes[prefix]
  const stem = letters[rest.charAt(0).toLowerCase() + rest.slice(1)]
  if (accent && stem) return { ...stem, accent }
  return variableSymbol(name) ?? { base: camel }
}

/** Variables that no layer owns go by what the author calls them. */
function nameVariables({ variables = [] }: Model, names: Names, provenance: Provenance): void {
  variables.forEach(({ node, name }, i) => {
    const own = provenance.name(node) ?? name
    names.give(
      node,
      variableSymbol(own),
      fieldSymbol(own),
      symbol('w', labelOf(own)),
      symbol('w', { label: 'variable', index: i + 1 }),
    )
  })
}

/**
 * Parameters carry the label of their layer, or count up: the n-th layer with a kernel has `W_n` and `b_n`. The
 * parameters of models within the model are named there.
 */
function nameParameters(model: Model, names: Names): void {
  const seen = new Set<Node>()
  const own = [...model.layers, ...innerLayersOf(model)].filter(({ parameters }) =>
    parameters.some(({ node }) => !seen.has(node) && seen.add(node)),
  )
  const families = new Map<string, number>()
  const familyOf = ({ parameters }: Layer) => parameterLetter(parameters[0]!).base
  for (const layer of own) families.set(familyOf(layer), (families.get(familyOf(layer)) ?? 0) + 1)
  const labels = new Map<string, readonly Layer[]>()
  for (const layer of own) {
    const name = givenName(layer)
    if (name !== undefined) labels.set(name, [...(labels.get(name) ?? []), layer])
  }
  const counts = new Map<string, number>()
  for (const layer of own) {
    const family = familyOf(layer)
    const count = (counts.get(family) ?? 0) + 1
    counts.set(family, count)
    const given = givenName(layer)
    const alike = (given !== undefined && labels.get(given)) || []
    const text = given === undefined ? undefined : labelOf(given)
    // Layers of one name, as those that each round of a loop makes, count up.
    const isCounted = alike.length > 1 && text?.label !== undefined && text.index === undefined
    const label = isCounted ? { ...text, index: alike.indexOf(layer) + 1 } : text
    for (const parameter of layer.parameters) {
      const letter = parameterLetter(parameter)
      names.give(
        parameter.node,
        label && { kind: 'symbol', ...letter, ...label },
        families.get(family) === 1 ? { kind: 'symbol', ...letter } : undefined,
        { kind: 'symbol', ...letter, index: count },
        { kind: 'symbol', ...letter, label: family.replace('\\', ''), index: count },
        { kind: 'symbol', ...letter, label: 'parameter', index: parameter.node.id },
      )
    }
  }
}
