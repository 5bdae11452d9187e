import { type LayerApplication, type Model, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { Provenance } from '../graph/provenance.js'
import type { NamedSymbol } from './formula.js'

/** The letters that papers use for parameters, by the name that the layer table gives them. */
const letters: Readonly<Record<string, string>> = {
  kernel: 'W',
  bias: 'b',
  recurrentKernel: 'U',
  depthwiseKernel: 'D',
  pointwiseKernel: 'P',
  embeddings: 'E',
  gamma: '\\gamma',
  beta: '\\beta',
  movingMean: '\\mu',
  movingVariance: '\\sigma^2',
  alpha: '\\alpha',
}

/** The longest name of the user's that goes into a subscript. */
const longestLabel = 16

/** A name of the user's as a subscript: `block_3` has the label `block` and the index 3. */
function labelOf(name: string): Pick<NamedSymbol, 'label' | 'index'> | undefined {
  if (name.length > longestLabel) return undefined
  const [, word, digits] = /^(.*?)[_-]?(\d{1,6})?$/.exec(name) ?? []
  return { ...(word && { label: word }), ...(digits && { index: Number(digits) }) }
}

/** A variable of the user's as a symbol: `x`, `h1` → h₁, `hidden`. */
function variableSymbol(name: string): NamedSymbol | undefined {
  const match = /^([A-Za-z]+)[_]?(\d{1,6})?$/.exec(name)
  if (!match || name.length > longestLabel) return undefined
  return { kind: 'symbol', base: match[1]!, ...(match[2] && { index: Number(match[2]) }) }
}

/** How the layer is called by its author, if at all: its configured name, or the variable that holds it. */
function givenName({ layer }: LayerApplication): string | undefined {
  const { name } = layer.config
  return name?.from === 'given' && typeof name.value === 'string' ? name.value : layer.variable
}

/** The names of a model's values, each symbol used for one value only. */
export class Names {
  readonly #symbols = new Map<Node, NamedSymbol>()
  readonly #taken = new Set<string>()

  symbol(node: Node): NamedSymbol | undefined {
    return this.#symbols.get(node)
  }

  /** Gives a node the first of the candidates that is still free. */
  give(node: Node, ...candidates: readonly (NamedSymbol | undefined)[]): void {
    if (this.#symbols.has(node)) return
    for (const candidate of candidates) {
      if (!candidate) continue
      const key = JSON.stringify([candidate.base, candidate.label, candidate.index, candidate.hat])
      if (this.#taken.has(key)) continue
      this.#taken.add(key)
      this.#symbols.set(node, candidate)
      return
    }
  }
}

/**
 * Names a model's inputs, outputs, lines and parameters. `lines` are the values that stand on the left of an
 * equation, in order; a parameter takes the index of the line that first reads it.
 */
export function nameModel(model: Model, lines: readonly Node[], provenance: Provenance): Names {
  const names = new Names()
  model.inputs.forEach(({ node, name }, i) => {
    const only = model.inputs.length === 1
    const own = provenance.name(node)
    names.give(
      node,
      only ? { kind: 'symbol', base: 'x' } : undefined,
      own === undefined ? undefined : { kind: 'symbol', base: 'x', label: own },
      /^input[_\d]*$/i.test(name) ? undefined : { kind: 'symbol', base: 'x', label: name },
      { kind: 'symbol', base: 'x', index: i + 1 },
    )
  })
  const applicationOf = new Map<Node, LayerApplication>()
  for (const application of model.applications) {
    for (const output of application.outputs) applicationOf.set(output, application)
  }
  model.outputs.forEach(({ node }, i) => {
    const application = applicationOf.get(node)
    const label = application && givenName(application)
    const only = model.outputs.length === 1
    const output: NamedSymbol = { kind: 'symbol', base: 'y', hat: true }
    names.give(
      node,
      only ? output : undefined,
      label === undefined ? undefined : { ...output, ...labelOf(label) },
      { ...output, index: i + 1 },
    )
  })
  const timesUsed = new Map<string, number>()
  for (const line of lines) {
    const own = provenance.name(line)
    if (own !== undefined) timesUsed.set(own, (timesUsed.get(own) ?? 0) + 1)
  }
  const lineOf = new Map<Node, number>()
  lines.forEach((line, i) => {
    lineOf.set(line, i + 1)
    const own = provenance.name(line)
    const application = applicationOf.get(line)
    const label = application && givenName(application)
    names.give(
      line,
      own !== undefined && timesUsed.get(own) === 1 ? variableSymbol(own) : undefined,
      label === undefined ? undefined : { kind: 'symbol', base: 'h', ...labelOf(label) },
      { kind: 'symbol', base: 'h', index: i + 1 },
    )
  })
  nameParameters(model, lines, names, provenance)
  return names
}

function nameParameters(model: Model, lines: readonly Node[], names: Names, provenance: Provenance): void {
  const lineOfParameter = new Map<Node, number>()
  const isLine = new Set(lines)
  const isParameter = new Set(parametersOf(model).map(({ parameter }) => parameter.node))
  lines.forEach((line, i) => {
    const pending = [...line.inputs]
    for (let node = pending.pop(); node; node = pending.pop()) {
      if (isParameter.has(node) && !lineOfParameter.has(node)) lineOfParameter.set(node, i + 1)
      if (!isLine.has(node)) pending.push(...node.inputs)
    }
  })
  const applicationOf = new Map(model.applications.map(application => [application.layer, application]))
  let unplaced = lines.length
  for (const { layer, parameter } of parametersOf(model)) {
    if (!layer) {
      const own = provenance.name(parameter.node) ?? parameter.name
      names.give(
        parameter.node,
        variableSymbol(own),
        { kind: 'symbol', base: 'w', ...labelOf(own) },
        { kind: 'symbol', base: 'w', index: parameter.node.id + lines.length },
      )
      continue
    }
    const application = applicationOf.get(layer)
    const label = application && givenName(application)
    const camel = parameter.name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    const base = letters[camel] ?? camel
    names.give(
      parameter.node,
      label === undefined ? undefined : { kind: 'symbol', base, ...labelOf(label) },
      { kind: 'symbol', base, index: lineOfParameter.get(parameter.node) ?? ++unplaced },
      { kind: 'symbol', base, label: layer.name.slice(0, longestLabel) },
      { kind: 'symbol', base, index: parameter.node.id + lines.length },
    )
  }
}
