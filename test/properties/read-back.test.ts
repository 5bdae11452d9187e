import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { GraphBuilder } from '../../src/graph/builder.js'
import { type Dimension, symbol } from '../../src/graph/dimension.js'
import type { ModelGraph } from '../../src/graph/model.js'
import type { Attributes, Body, Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import { Provenance } from '../../src/graph/provenance.js'
import { opTable } from '../../src/ops/table.js'
import { sourceFile } from '../../src/text/source.js'
import { readBack } from '../support/read-back.js'

const span = { file: sourceFile('model.js', ''), start: 0, end: 0 }
const origin = { span, path: [] }

function modelOf(builder: GraphBuilder, inputs: readonly Node[], outputs: readonly Node[]): ModelGraph {
  const provenance = new Provenance()
  const port = (prefix: string) => (node: Node, i: number) => ({ name: `${prefix}${i + 1}`, node, origin })
  const model = {
    name: 'model',
    inputs: inputs.map(port('x')),
    outputs: outputs.map(port('y')),
    applications: [],
    layers: [],
    origin,
  }
  return { model, builder, provenance }
}

function make(builder: GraphBuilder, op: string, inputs: readonly Node[], attributes: Attributes = {}): Node {
  const node = builder.node(op, inputs, attributes)
  if (isProblem(node)) throw new Error(node.problem)
  return node
}

const cases = Object.entries(opTable).flatMap(([name, op]) =>
  op.examples.map((example, i) => ({ name, example, title: `${name} ${i + 1}` })),
)

/** What is drawn is stated by its distribution, and an op without inputs is no model. */
const isStated = ({ name, example }: (typeof cases)[number]): boolean =>
  example.shapes.length > 0 && opTable[name]!.attributes.site === undefined

test.each(cases.filter(isStated))('$title: the spec that is printed states it', ({ name, example }) => {
  const builder = new GraphBuilder(opTable)
  const inputs = example.shapes.map((shape, index) =>
    make(builder, 'input', [], {
      name: `x${index + 1}`,
      index,
      shape,
      dtype: example.dtypes?.[index] ?? 'float32',
    }),
  )
  const graph = modelOf(builder, inputs, [make(builder, name, inputs, example.attributes)])
  for (const spelling of ['plain', 'latex'] as const) expect(readBack(graph, spelling)).toBe('as written')
})

/** A loop over states of one size, by choices. */
interface LoopPlan {
  readonly hasBatch: boolean
  readonly sequences: number
  readonly states: number
  readonly isReversed: boolean
  readonly steps: Dimension
  /** For each state, what is made of what a step reads. */
  readonly choices: readonly (readonly number[])[]
  readonly output: number
  readonly isSequence: boolean
  readonly isZero: boolean
}

const unary = ['tanh', 'sigmoid', 'relu', 'negate', 'square', 'softmax']
const binary = ['add', 'multiply', 'subtract', 'maximum']

function loopOf(plan: LoopPlan): ModelGraph {
  const isZero = plan.isZero && plan.sequences > 0
  const builder = new GraphBuilder(opTable)
  const batch = plan.hasBatch ? [symbol('N', true)] : []
  const state = [...batch, 3]
  const given = (name: string, index: number, shape: readonly Dimension[]) =>
    make(builder, 'input', [], { name, index, shape, dtype: 'float32' })
  const sequences = Array.from({ length: plan.sequences }, (_, i) =>
    given(`x${i}`, i, [...batch, plan.steps, 3]),
  )
  const first = Array.from({ length: plan.states }, (_, i) => given(`u${i}`, plan.sequences + i, state))
  const matrix = given('w', plan.sequences + plan.states, [3, 3])
  const initial = first.map(node => (isZero ? make(builder, 'zeros', [], { shape: state }) : node))
  const standIn = (name: string, place: number) => given(name, -1 - place, state)
  const elements = sequences.map((_, i) => standIn('x_t', i))
  const states = first.map((_, i) => standIn(['h', 'c', 'm'][i]!, plan.sequences + i))
  const outputs = plan.choices.slice(0, plan.states).map((picks, i) => {
    const known = [...elements, ...states]
    // Each state is made of itself, so that it is one, and of an element, which says what shape 0 is.
    const own = make(builder, 'matMul', [states[i]!, matrix])
    let node = elements[0] ? make(builder, 'add', [own, elements[0]]) : own
    for (const pick of picks) {
      const other = known[pick % known.length]!
      const op = [...unary, ...binary][pick % (unary.length + binary.length)]!
      node = make(builder, op, unary.includes(op) ? [node] : [node, other])
      known.push(node)
    }
    return node
  })
  const body: Body = { inputs: [...elements, ...states], outputs }
  const axis = batch.length
  const result = make(builder, 'recurrence', [...sequences, ...initial], {
    body: { kind: 'body', body },
    along: sequences.map(() => axis),
    states: plan.states,
    steps: plan.sequences > 0 ? null : plan.steps,
    output: plan.output % plan.states,
    sequences: plan.isSequence,
    axis,
    // What reads nothing step by step has no direction.
    reverse: plan.isReversed && plan.sequences > 0,
  })
  return modelOf(builder, [...sequences, ...(isZero ? [] : first), matrix], [make(builder, 'exp', [result])])
}

const loops = fc.record({
  hasBatch: fc.boolean(),
  sequences: fc.nat(2),
  states: fc.integer({ min: 1, max: 3 }),
  isReversed: fc.boolean(),
  steps: fc.constantFrom<Dimension>(4, symbol('T', true), symbol('options.steps', true)),
  choices: fc.array(fc.array(fc.nat(60), { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 3 }),
  output: fc.nat(2),
  isSequence: fc.boolean(),
  isZero: fc.boolean(),
})

describe('loops', () => {
  test.each(['plain', 'latex'] as const)('are stated by the spec that is printed, in %s', spelling => {
    fc.assert(
      fc.property(loops, plan => {
        expect(readBack(loopOf(plan), spelling)).toBe('as written')
      }),
      { numRuns: 60 },
    )
  })
})
