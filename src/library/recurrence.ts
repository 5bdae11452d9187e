import type { Dimension } from '../graph/dimension.js'
import type { Body, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { type Environment, elaborateText } from '../ops/elaborate.js'
import type { ApplicationRequest, AppliedLayer } from './instantiate.js'
import type { RecurrentMeaning } from './layer.js'

/** An input of a body. Its index is negative, apart from those of the model's inputs. */
function placeholder(
  { builder }: ApplicationRequest,
  name: string,
  index: number,
  shape: readonly Dimension[],
): Node | Problem {
  return builder.node('input', [], { name, index: -1 - index, shape, dtype: 'float32' })
}

/** Builds the body of one step and the recurrence over it: the output, then the last states if they are asked for. */
export function overTime(
  request: ApplicationRequest,
  meaning: RecurrentMeaning,
  environment: Environment,
): readonly Node[] | Problem {
  const { builder, inputs, config, initialState } = request
  const x = inputs[0]!
  const [batch, , ...rest] = x.type.shape as readonly [Dimension, Dimension, ...Dimension[]]
  const units = meaning.units as Dimension
  if (initialState && initialState.length !== meaning.state.length)
    return { problem: `expected ${meaning.state.length} initial states, found ${initialState.length}` }
  const step = placeholder(request, 'x_t', 0, [batch, ...rest])
  if (isProblem(step)) return step
  const names = new Map<string, Node>([['x', step]])
  const states: Node[] = []
  for (const [i, name] of meaning.state.entries()) {
    const state = placeholder(request, name, i + 1, [batch, units])
    if (isProblem(state)) return state
    names.set(name, state)
    states.push(state)
  }
  for (const [name, expression] of meaning.step) {
    const value = elaborateText(
      expression,
      { ...environment, value: inner => names.get(inner) ?? environment.value(inner) },
      builder,
    )
    if (isProblem(value)) return value
    request.provenance.setName(value, name)
    names.set(name, value)
  }
  const body: Body = { inputs: [step, ...states], outputs: meaning.next.map(name => names.get(name)!) }
  const initial: Node[] = []
  for (const [i] of meaning.state.entries()) {
    const zero = initialState?.[i] ?? builder.node('zeros', [], { shape: [batch, units] })
    if (isProblem(zero)) return zero
    initial.push(zero)
  }
  const wanted = [
    { output: 0, sequences: meaning.sequences },
    ...(config.returnState === true ? states.map((_, output) => ({ output, sequences: false })) : []),
  ]
  const outputs: Node[] = []
  for (const { output, sequences } of wanted) {
    const node = builder.node('recurrence', [x, ...initial], {
      body: { kind: 'body', body },
      states: states.length,
      output,
      sequences,
      reverse: meaning.reverse,
    })
    if (isProblem(node)) return node
    outputs.push(node)
  }
  return outputs
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
  const applied = apply({ ...request, inputs: [step] })
  if (isProblem(applied)) return applied
  const [output] = applied.outputs
  const node = builder.node('recurrence', [x], {
    body: { kind: 'body', body: { inputs: [step], outputs: [output!] } },
    states: 0,
    sequences: true,
  })
  if (isProblem(node)) return node
  return { outputs: [node], parameters: applied.parameters, site: applied.site }
}
