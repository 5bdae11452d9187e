import type { Node } from '../../graph/node.js'
import { activations } from '../../library/activations.js'
import { parseEquation } from '../../math/parse.js'
import { opTable } from '../../ops/table.js'
import { type Kind, kind, numberOf, type Place } from './kind.js'

/** Ops that are activations: those that the activation table names. */
const activationOps: readonly string[] = Object.values(activations).flatMap(({ means }) => {
  const parsed = parseEquation(means)
  return 'kind' in parsed && parsed.kind === 'call' ? [parsed.name] : []
})

const isActivation = ({ op }: Node): boolean => activationOps.includes(op)

/** Functions of each element that need no settings, among those that the written side has and a few that slip in. */
function likelyFunctions({ written }: Place): readonly string[] {
  const usual = ['exp', 'log', 'absolute', 'reciprocal', 'floor']
  const isFunction = (name: string) => {
    const op = opTable[name]
    return op?.elementwise && op.inputs.length === 1 && !activationOps.includes(name)
  }
  return [...new Set([...usual, ...written.map(({ op }) => op)])].filter(isFunction)
}

const isFunction = ({ op }: Node): boolean =>
  opTable[op]?.elementwise === true && opTable[op].inputs.length === 1 && !activationOps.includes(op)

/** The base and exponent of a power, however it is written. */
function powerOf({ op, inputs: [a, b] }: Node): readonly [base: Node, exponent: string] | undefined {
  if (!a) return undefined
  if (op === 'square' || (op === 'multiply' && a === b)) return [a, '2']
  if (op === 'sqrt') return [a, '1/2']
  const exponent = op === 'power' && b && numberOf(b)
  return typeof exponent === 'number' ? [a, String(exponent)] : undefined
}

/** Differences of functions that are applied to a value. */
export const functionKinds: readonly Kind[] = [
  kind('softmax-repeated', ({ node, make, text }) => {
    const op = opTable[node.op]
    const again = op?.selects && op.inputs.length === 1 && isActivation(node)
    const at = op ? op.inputs.findIndex(input => op.role.takes?.[input] === 'logit') : -1
    const logits = node.inputs[at]
    const softmax = logits && make('softmax', [logits])
    const inputs = softmax ? node.inputs.map((input, i) => (i === at ? softmax : input)) : []
    return [
      ...(again ? [{ to: make(node.op, [node], node.attributes), values: { value: text(node) } }] : []),
      ...(softmax ? [{ to: make(node.op, inputs, node.attributes), values: { value: text(softmax) } }] : []),
    ]
  }),
  kind('activation-different', ({ node, make, text }) =>
    isActivation(node)
      ? activationOps.map(actual => ({
          to: make(actual, node.inputs),
          values: { layer: text(node.inputs[0]!), expected: node.op, actual },
        }))
      : [],
  ),
  kind('activation-missing', ({ node, text }) =>
    isActivation(node)
      ? [{ to: node.inputs[0], values: { expected: node.op, layer: text(node.inputs[0]!) } }]
      : [],
  ),
  kind(
    'power-different',
    ({ node, make, number, text }) => {
      const power = powerOf(node)
      const values = (expected: string, actual: string) => ({
        value: text(power?.[0] ?? node),
        expected,
        actual,
      })
      if (!power)
        return [
          { to: make('square', [node]), values: values('1', '2') },
          { to: make('sqrt', [node]), values: values('1', '1/2') },
        ]
      const [base, exponent] = power
      return [
        { to: base, values: values(exponent, '1') },
        { to: make('square', [base]), values: values(exponent, '2') },
        { to: make('sqrt', [base]), values: values(exponent, '1/2') },
        { to: make('square', [node]), values: values(exponent, `2 · ${exponent}`) },
        ...(node.op === 'power'
          ? [{ to: make('power', [base, number(2)]), values: values(exponent, '2') }]
          : []),
      ]
    },
    { ofNumbers: true },
  ),
  kind('product-for-power', ({ node, make, text }) => {
    const [base, exponent] = node.inputs
    if (node.op !== 'power' || !base || !exponent) return []
    const to = make('multiply', [base, exponent])
    return to ? [{ to, values: { expected: text(node), actual: text(to) } }] : []
  }),
  kind('function-different', place => {
    const { node, make, text } = place
    return isFunction(node)
      ? likelyFunctions(place).map(actual => ({
          to: make(actual, node.inputs),
          values: { value: text(node.inputs[0]!), expected: node.op, actual },
        }))
      : []
  }),
  kind('function-missing', ({ node, text }) =>
    isFunction(node)
      ? [{ to: node.inputs[0], values: { expected: node.op, value: text(node.inputs[0]!) } }]
      : [],
  ),
]

/** Functions too many; they come last, since a function may give by accident what a simpler change gives. */
export const extraKinds: readonly Kind[] = [
  kind('activation-extra', ({ node, make, text }) =>
    activationOps.map(actual => ({
      to: make(actual, [node]),
      values: { actual, layer: text(node) },
    })),
  ),
  kind('function-extra', place =>
    likelyFunctions(place).map(actual => ({
      to: place.make(actual, [place.node]),
      values: { actual, value: place.text(place.node) },
    })),
  ),
]
