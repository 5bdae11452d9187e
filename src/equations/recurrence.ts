import { attributeKey } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import { add, type Dimension } from '../graph/dimension.js'
import type { Body, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Provenance } from '../graph/provenance.js'
import { notationOf } from '../ops/notation.js'
import { recurrenceForm, stepsOf } from '../ops/recurrence.js'
import { opTable } from '../ops/table.js'
import { dimensionFormula, spaceFormula } from './attributes.js'
import { Rewriting } from './expanded.js'
import { expressionOf } from './expression.js'
import { type Formula, glyph, type NamedSymbol, row, separated, symbol } from './formula.js'
import { isLeaf, isRecurrence, reachable } from './lines.js'
import { type Names, variableSymbol } from './names.js'
import type { Equation, Explanation, Item } from './system.js'

/** One run over time; its results are several nodes when more than one state is read afterwards. */
export interface Run {
  readonly results: readonly Node[]
  /** One step, with its gates separated. */
  readonly body: Body
  readonly isReversed: boolean
  readonly steps: Dimension
  /** `t`, or `l` where the steps are layers. */
  readonly index: string
  /** The states at time t. */
  readonly states: readonly NamedSymbol[]
  /** The names of everything in a step, at time t. */
  readonly local: ReadonlyMap<Node, NamedSymbol>
  /** What stays from step to step. */
  readonly stays: ReadonlyMap<Node, Formula>
  /** States that are only another value of the step, or of the one before. */
  readonly copies: readonly { readonly left: NamedSymbol; readonly value: Node }[]
  /** The values of a step that have an equation of their own, in order. */
  readonly lines: readonly Node[]
  /** The ranges of columns that stand for a parameter, by parameter. */
  readonly parts: ReadonlyMap<Node, readonly Node[]>
}

interface Setting {
  readonly builder: GraphBuilder
  readonly provenance: Provenance
  readonly names: Names
}

/** The recurrences among a model's lines, with names for their states, steps and results. */
export function nameRecurrences(lines: readonly Node[], setting: Setting): readonly Run[] {
  const groups = new Map<string, Node[]>()
  for (const line of lines.filter(isRecurrence)) {
    const key = `${line.inputs.map(({ id }) => id).join()}:${attributeKey(line.attributes.body)}:${line.attributes.reverse}`
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  // Two directions over one input are one layer.
  const layers = [...new Set([...groups.values()].map(([first]) => first!.inputs[0]!))]
  return [...groups.values()].map(results => {
    const first = results[0]!
    const layer = layers.length > 1 ? layers.indexOf(first.inputs[0]!) + 1 : undefined
    const isPaired = [...groups.values()].filter(([other]) => other!.inputs[0] === first.inputs[0]).length > 1
    return nameRun(results, { layer, isPaired }, setting)
  })
}

function nameRun(
  results: readonly Node[],
  { layer, isPaired }: { readonly layer: number | undefined; readonly isPaired: boolean },
  { builder, provenance, names }: Setting,
): Run {
  const first = results[0]!
  const { body: original, along, states: count, reverse: isReversed } = recurrenceForm(first.attributes)
  const separate = new Rewriting(builder, node => pushRange(node, builder))
  const body = { ...original, outputs: original.outputs.map(output => separate.node(output)) }
  const steps = stepsOf(
    first.inputs.map(({ type }) => type),
    first.attributes,
  ) as Dimension
  const shared = {
    ...(layer !== undefined && { layer }),
    ...(isPaired && { accent: isReversed ? ('backwards' as const) : ('forwards' as const) }),
  }
  const local = new Map<Node, NamedSymbol>()
  const index = along.length > 0 && first.inputs.slice(0, along.length).every(isParameter) ? 'l' : 't'
  const now = glyph(index)
  const before = isReversed ? glyph(`${index}+1`) : glyph(`${index}-1`, `${index}-1`)
  along.forEach((_, i) => {
    local.set(body.inputs[i]!, { ...(names.symbol(first.inputs[i]!) ?? symbol('x')), time: now })
  })
  const states = body.inputs.slice(along.length, along.length + count)
  const stateNames = states.map(node => String(node.attributes.name ?? 'h'))
  const letters = stateNames.map(name => ({ ...shared, ...(variableSymbol(name) ?? symbol(name)) }))
  const copies: Run['copies'][number][] = []
  letters.forEach((letter, k) => {
    local.set(states[k]!, { ...letter, time: before })
  })
  letters.forEach((letter, k) => {
    const [left, value] = [{ ...letter, time: now }, body.outputs[k]!]
    if (local.has(value)) copies.push({ left, value })
    else local.set(value, left)
  })
  const stays = new Map(
    body.inputs.slice(along.length + count).map((node, k) => {
      const outer = first.inputs[along.length + count + k]!
      const name = (inner: Node) => names.symbol(inner)
      return [node, name(outer) ?? expressionOf(outer, { name })] as const
    }),
  )
  original.outputs.slice(count).forEach((node, k) => {
    const output = body.outputs[count + k]!
    if (count > 0 && !local.has(output))
      local.set(output, { ...shared, ...otherSymbol(provenance.name(node), k, stateNames), time: now })
  })
  const order = reachable(body.outputs, node => node.inputs)
  const lines = new Set(body.outputs.filter(output => !body.inputs.includes(output)))
  for (const [from, to] of separate.done) {
    const name = provenance.name(from)
    const found = name === undefined ? undefined : variableSymbol(name)
    if (!found || isLeaf(to) || local.has(to) || !order.includes(to)) continue
    local.set(to, { ...shared, ...found, time: now })
    lines.add(to)
  }
  const written = new Map([...separate.done].map(([from, to]) => [to, from.id]))
  const inOrder = [...lines].sort((a, b) => (written.get(a) ?? a.id) - (written.get(b) ?? b.id))
  for (const node of results) {
    const { output, sequences } = node.attributes
    const own = letters[output as number] ?? local.get(body.outputs[output as number]!)
    if (!own || count === 0) continue
    const { time: _, ...letter } = own
    const last = isReversed ? glyph('1') : dimensionFormula(steps)
    names.give(
      node,
      sequences === true ? { ...letter, base: letter.base.toUpperCase() } : { ...letter, time: last },
    )
  }
  const parts = nameParts(order, inOrder, local, names, shared)
  const atStep = letters.map(letter => ({ ...letter, time: now }))
  return {
    results,
    body,
    isReversed,
    steps,
    index,
    states: atStep,
    local,
    stays,
    copies,
    lines: inOrder,
    parts,
  }
}

/** A value that is computed beside the states: by the author's name for it, or by a letter that no state has. */
function otherSymbol(own: string | undefined, k: number, taken: readonly string[]): NamedSymbol {
  const named = own === undefined ? undefined : variableSymbol(own)
  if (named && !taken.includes(own!)) return named
  const letter = ['y', 'o', 'v'].find(other => !taken.includes(other))!
  return k === 0 ? symbol(letter) : symbol(letter, { label: String(k + 1) })
}

/** Columns of a parameter are named after the value that they are for: the columns of W for the gate i are W_i. */
function nameParts(
  order: readonly Node[],
  lines: readonly Node[],
  local: Map<Node, NamedSymbol>,
  names: Names,
  shared: Pick<NamedSymbol, 'layer' | 'accent'>,
): ReadonlyMap<Node, readonly Node[]> {
  const isLine = new Set(lines)
  const readers = new Map<Node, Node[]>()
  for (const line of lines) {
    for (const node of reachable([line], inner =>
      inner !== line && isLine.has(inner) ? [] : inner.inputs,
    )) {
      if (isPart(node)) readers.set(node, [...(readers.get(node) ?? []), line])
    }
  }
  const parts = new Map<Node, Node[]>()
  for (const node of order.filter(isPart)) {
    const parameter = node.inputs[0]!
    const whole = names.symbol(parameter)
    if (!whole) continue
    parts.set(parameter, [...(parts.get(parameter) ?? []), node])
    const [reader, ...others] = readers.get(node) ?? []
    const base = reader && local.get(reader)?.base
    const { index: _, label: __, ...letter } = whole
    const label = base !== undefined && others.length === 0 ? base : String(parts.get(parameter)!.length)
    local.set(node, { ...letter, ...shared, label })
  }
  return parts
}

const isParameter = ({ attributes }: Node): boolean => 'identity' in attributes

function isPart(node: Node): boolean {
  return notationOf(node)?.form === 'range' && isLeaf(node.inputs[0]!) && node.inputs[0]!.op !== 'input'
}

/**
 * A range of columns, moved towards the leaves: columns of a sum are the sum of columns, and columns of a product are
 * the product with columns. So that what was computed at once for all gates reads as one equation for each.
 */
function pushRange(node: Node, builder: GraphBuilder): Node {
  if (notationOf(node)?.form !== 'range') return node
  const { axis, start, size } = node.attributes
  const inner = node.inputs[0]!
  const rank = inner.type.shape?.length ?? 0
  if (rank === 0 || (axis !== -1 && axis !== rank - 1)) return node
  const op = opTable[inner.op]
  const range = (input: Node): Node => {
    const made = builder.node(node.op, [input], {
      axis: (input.type.shape?.length ?? 1) - 1,
      start: start!,
      size: size!,
    })
    return isProblem(made) ? input : pushRange(made, builder)
  }
  const rebuilt = (inputs: readonly Node[]): Node => {
    const made = builder.node(inner.op, inputs, inner.attributes)
    return isProblem(made) ? node : made
  }
  if (notationOf(inner)?.form === 'range') {
    const outer = inner.attributes
    const made = builder.node(node.op, inner.inputs, {
      axis: axis!,
      start: add(outer.start as Dimension, start as Dimension),
      size: size!,
    })
    return isProblem(made) ? node : pushRange(made, builder)
  }
  if (op?.columns) {
    const at = op.inputs.indexOf(op.columns)
    return rebuilt(inner.inputs.map((input, i) => (i === at ? range(input) : input)))
  }
  if (op?.elementwise) {
    return rebuilt(
      inner.inputs.map(input => {
        const columns = input.type.shape?.at(-1)
        return columns === undefined || columns === 1 ? input : range(input)
      }),
    )
  }
  return node
}

/** The equations of a run: its initial state, then one block for all steps. */
export function recurrenceItems(
  run: Run,
  names: Names,
  explain: (
    parameter: Node,
    parts: readonly Node[] | undefined,
    name: (node: Node) => Formula | undefined,
  ) => Explanation | undefined,
): readonly Item[] {
  const { body, isReversed, steps, local, stays, lines } = run
  const first = run.results[0]!
  const name = (node: Node) => local.get(node) ?? stays.get(node) ?? names.symbol(node)
  const { along, states: count } = recurrenceForm(first.attributes)
  const items: Item[] = []
  const start = isReversed ? dimensionFormula(add(steps, 1)) : glyph('0')
  const initial = first.inputs.slice(along.length, along.length + count).map((value, k) => ({
    left: { ...run.states[k]!, time: start },
    right: names.symbol(value) ?? expressionOf(value, { name }),
    inline: names.symbol(value) ? [] : [value],
    value,
  }))
  const isZero = initial.every(
    ({ value }) => value.op === initial[0]?.value.op && isLeaf(value) && !names.symbol(value),
  )
  const equation = (left: Formula, right: Formula, space?: Formula): Equation => ({
    kind: 'equation',
    left,
    sign: '=',
    right,
    ...(space && { space }),
    explanations: [],
  })
  if (isZero && initial[0])
    items.push(
      equation(
        separated(
          initial.map(({ left }) => left),
          glyph(' = '),
        ),
        initial[0].right,
      ),
    )
  else for (const { left, right } of initial) items.push(equation(left, right))
  const states = new Set(body.outputs)
  const cell = lines.map(line => {
    const left = local.get(line) ?? { ...(names.symbol(first) ?? symbol('y')), time: glyph(run.index) }
    const right = expressionOf(line, { name: node => (node === line ? undefined : name(node)) })
    const space = states.has(line) && line.type.shape ? spaceFormula(line.type.shape) : undefined
    return equation(left, right, space)
  })
  cell.push(
    ...run.copies.map(({ left, value }) => equation(left, name(value) ?? expressionOf(value, { name }))),
  )
  const parameters = reachable(
    [...body.outputs, ...first.inputs.slice(0, along.length), ...initial.flatMap(({ inline }) => inline)],
    node => (names.symbol(node) && !isLeaf(node) ? [] : node.inputs),
  ).filter(node => isLeaf(node) && names.symbol(node) && !body.inputs.includes(node))
  const last = dimensionFormula(steps)
  items.push({
    kind: 'repetition',
    variable: run.index,
    first: isReversed ? last : glyph('1'),
    last: isReversed ? glyph('1') : last,
    items: cell,
    explanations: parameters.flatMap(node => explain(node, run.parts.get(node), name) ?? []),
  })
  for (const node of run.results) {
    if (node.attributes.sequences !== true || count === 0) continue
    const output = node.attributes.output as number
    const state = run.states[output] ?? local.get(body.outputs[output]!)!
    const sequence = separated(
      [{ ...state, time: glyph('1') }, glyph('\\ldots', '…'), { ...state, time: last }],
      glyph(',\\,', ', '),
    )
    const whole = names.symbol(node)
    if (whole)
      items.push(
        equation(
          whole,
          row(glyph('['), sequence, glyph(']')),
          node.type.shape ? spaceFormula(node.type.shape) : undefined,
        ),
      )
  }
  return items
}
