import type { Dimension } from '../graph/dimension.js'
import type { Body, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Shape } from '../graph/type.js'
import { type Environment, elaborateText } from '../ops/elaborate.js'
import type { ApplicationRequest, AppliedLayer } from './instantiate.js'
import { type CellStep, type CellUse, type RecurrentMeaning, unmodelled } from './layer.js'
import { readsMask } from './masks.js'

/** An input of a body. Its index is negative, apart from those of the model's inputs. */
function placeholder(
  { builder }: ApplicationRequest,
  name: string,
  index: number,
  shape: Shape,
): Node | Problem {
  return builder.node('input', [], { name, index: -1 - index, shape, dtype: 'float32' })
}

/** What names mean in the formulas of one cell. */
export type CellEnvironment = (use: CellUse) => Environment

/** Builds the body of one step and the recurrence over it: the output, then the last states if they are asked for. */
export function overTime(
  request: ApplicationRequest,
  meaning: RecurrentMeaning,
  environmentOf: CellEnvironment,
): readonly Node[] | Problem {
  const { builder } = request
  const [x, ...initial] = request.inputs as [Node, ...Node[]]
  const [batch, , ...rest] = x.type.shape as readonly [Dimension, Dimension, ...Dimension[]]
  const mask = request.masks?.[0]
  const sequence = mask ? withMask(request, x, mask) : x
  if (isProblem(sequence)) return sequence
  const step = placeholder(request, 'x_t', 0, [batch, ...sequence.type.shape!.slice(2)])
  if (isProblem(step)) return step
  const read = mask ? splitMask(request, step, rest.at(-1)!) : { x: step, mask: undefined }
  if (isProblem(read)) return read
  const built = stackCells(request, meaning.cells, read.x, batch, environmentOf)
  if (isProblem(built)) return built
  const { states, next } = built
  if (initial.length > 0 && initial.length !== states.length)
    return { problem: `expected ${states.length} initial states, found ${initial.length}` }
  const outputs = read.mask ? repeatMasked(request, states, next, read.mask) : next
  if (isProblem(outputs)) return outputs
  const body: Body = { inputs: [step, ...states], outputs }
  const start = initial.length > 0 ? initial : zeros(request, states)
  if (isProblem(start)) return start
  const wanted = [
    { output: 0, sequences: meaning.sequences },
    ...(meaning.states ? states.map((_, output) => ({ output, sequences: false })) : []),
  ]
  const results: Node[] = []
  for (const { output, sequences } of wanted) {
    const node = builder.node('recurrence', [sequence, ...start], {
      body: { kind: 'body', body },
      states: states.length,
      output,
      sequences,
      reverse: meaning.reverse,
    })
    if (isProblem(node)) return node
    results.push(node)
  }
  return results
}

/**
 * One step of all cells, each on what the one before it yields. States are in reverse order of the cells, so that the
 * first is the output (`StackedRNNCells.stateSize`).
 */
function stackCells(
  request: ApplicationRequest,
  cells: readonly CellUse[],
  x: Node,
  batch: Dimension,
  environmentOf: CellEnvironment,
): { readonly states: readonly Node[]; readonly next: readonly Node[] } | Problem {
  let input = x
  const built: { states: readonly Node[]; next: readonly Node[] }[] = []
  let index = 1
  for (const [i, use] of cells.entries()) {
    const step = use.definition.cell!(use.config, input.type)
    if (isProblem(step)) return step
    const label = cells.length > 1 ? `_${i + 1}` : ''
    const states: Node[] = []
    for (const name of step.state) {
      const state = placeholder(request, `${name}${label}`, index++, [batch, ...step.size])
      if (isProblem(state)) return state
      states.push(state)
    }
    const next = oneStep(request, step, input, states, environmentOf(use), label)
    if (isProblem(next)) return next
    built.push({ states, next })
    input = next[0]!
  }
  built.reverse()
  return {
    states: built.flatMap(({ states }) => states),
    next: built.flatMap(({ next }) => next),
  }
}

function oneStep(
  { builder, provenance }: ApplicationRequest,
  { state, step, next }: CellStep,
  x: Node,
  states: readonly Node[],
  environment: Environment,
  label: string,
): readonly Node[] | Problem {
  const names = new Map<string, Node>([['x', x], ...state.map((name, i) => [name, states[i]!] as const)])
  for (const [name, expression] of step) {
    const value = elaborateText(
      expression,
      { ...environment, value: inner => names.get(inner) ?? environment.value(inner) },
      builder,
    )
    if (isProblem(value)) return value
    provenance.setName(value, `${name}${label}`)
    names.set(name, value)
  }
  return next.map(name => names.get(name)!)
}

function zeros({ builder }: ApplicationRequest, states: readonly Node[]): readonly Node[] | Problem {
  const nodes: Node[] = []
  for (const { type } of states) {
    const zero = builder.node('zeros', [], { shape: type.shape! })
    if (isProblem(zero)) return zero
    nodes.push(zero)
  }
  return nodes
}

/** The sequence with its mask as one more feature, so that each step brings its own. */
function withMask({ builder }: ApplicationRequest, x: Node, mask: Node): Node | Problem {
  if (x.type.shape!.length !== 3)
    return { problem: 'TensorFlow.js takes a mask for sequences of vectors only' }
  return elaborateText(
    'concat[-1](x, expandDims[[2]](mask))',
    { value: name => (name === 'x' ? x : name === 'mask' ? mask : undefined) },
    builder,
  )
}

function splitMask(
  { builder }: ApplicationRequest,
  step: Node,
  features: Dimension,
): { readonly x: Node; readonly mask: Node } | Problem {
  const slice = (start: Dimension, size: Dimension) =>
    builder.node('slice', [step], { axis: -1, start, size })
  const x = slice(0, features)
  const mask = slice(features, 1)
  return isProblem(x) ? x : isProblem(mask) ? mask : { x, mask }
}

/** At a step that is hidden all states stay as they were (`rnn` in tfjs-layers/src/layers/recurrent.ts). */
function repeatMasked(
  { builder }: ApplicationRequest,
  states: readonly Node[],
  next: readonly Node[],
  mask: Node,
): readonly Node[] | Problem {
  const kept: Node[] = []
  for (const [i, state] of states.entries()) {
    const names = new Map([
      ['mask', mask],
      ['old', state],
      ['new', next[i]!],
    ])
    const value = elaborateText('mask * new + (1 - mask) * old', { value: name => names.get(name) }, builder)
    if (isProblem(value)) return value
    kept.push(value)
  }
  return kept
}

/** Applies a layer to one step of the time axis after the other: a recurrence without a state. */
export function perStep(
  request: ApplicationRequest,
  apply: (request: ApplicationRequest) => AppliedLayer | Problem,
): AppliedLayer | Problem {
  const { builder, inputs } = request
  const x = inputs[0]!
  const [batch, , ...rest] = x.type.shape as readonly [Dimension, Dimension, ...Dimension[]]
  const step = placeholder(request, 'x_t', 0, [batch, ...rest])
  if (isProblem(step)) return step
  if (request.masks?.[0] && readsMask(request.definition, request.config))
    return unmodelled('what the inner layer makes of the mask of all steps is not modelled')
  const applied = apply({ ...request, inputs: [step], masks: undefined })
  if (isProblem(applied)) return applied
  const [output] = applied.outputs
  if (applied.outputs.length !== 1) return { problem: 'the inner layer must have one result' }
  if (drawsIn(output!)) return unmodelled('random numbers that are drawn anew at every step are not modelled')
  const node = builder.node('recurrence', [x], {
    body: { kind: 'body', body: { inputs: [step], outputs: [output!] } },
    states: 0,
    sequences: true,
  })
  if (isProblem(node)) return node
  return { outputs: [node], parameters: applied.parameters, site: applied.site }
}

/** Whether a value depends on random draws, which are told apart by their place only. */
function drawsIn(root: Node): boolean {
  const seen = new Set<Node>()
  const pending = [root]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.attributes.site !== undefined) return true
    const { body } = node.attributes
    if (typeof body === 'object' && body !== null && 'body' in body) pending.push(...body.body.outputs)
    pending.push(...node.inputs)
  }
  return false
}
