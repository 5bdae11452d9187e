import { attributeKey } from '../../graph/attribute.js'
import type { Node } from '../../graph/node.js'
import { families, opTable } from '../../ops/table.js'
import { dependsOn, type Edit, type Kind, kind, type Place, sameShape } from './kind.js'

const isNormalisation = ({ op }: Node): boolean => Object.hasOwn(families.Normalisation, op)

/** Binary functions of each element that are taken for each other. */
const operators: readonly string[] = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum']

const isBinary = ({ op, inputs }: Node): boolean =>
  opTable[op]?.elementwise === true && inputs.length === 2 && inputs[0] !== inputs[1]

const withInput = ({ make, node }: Place, at: number, input: Node): Edit['to'] =>
  make(
    node.op,
    node.inputs.map((own, i) => (i === at ? input : own)),
    node.attributes,
  )

/** Two functions of one value, one after the other, and a function that is moved past a sum or a product. */
function reordered({ node, make }: Place): readonly Edit['to'][] {
  const [inner] = node.inputs
  if (!inner) return []
  if (node.inputs.length === 1 && inner.inputs.length === 1) {
    const first = make(node.op, inner.inputs, node.attributes)
    return [first && make(inner.op, [first], inner.attributes)]
  }
  if (node.inputs.length === 1 && isBinary(inner))
    return [0, 1].map(at => {
      const moved = make(node.op, [inner.inputs[at]!], node.attributes)
      return moved && make(inner.op, at === 0 ? [moved, inner.inputs[1]!] : [inner.inputs[0]!, moved])
    })
  if (!isBinary(node)) return []
  return [0, 1].map(at => {
    const outer = node.inputs[at]!
    if (outer.inputs.length !== 1) return undefined
    const joined = withInput({ node, make } as Place, at, outer.inputs[0]!)
    return joined && make(outer.op, [joined], outer.attributes)
  })
}

/** The places of the two weights in w a + v b. */
function weighted({ op, inputs }: Node): readonly (readonly [first: number, second: number])[] {
  if (op !== 'add' || inputs.some(input => input.op !== 'multiply')) return []
  return [0, 1].flatMap(i => [0, 1].map(j => [i, j] as const))
}

/** Differences of how values are put together. */
export const structureKinds: readonly Kind[] = [
  kind('residual-missing', ({ node: { op, inputs }, text }) =>
    op === 'add'
      ? [0, 1].flatMap(at => {
          const [from, to] = [inputs[at]!, inputs[1 - at]!]
          return dependsOn(to, from)
            ? [to, from].map(kept => ({ to: kept, values: { from: text(from), to: text(to) } }))
            : []
        })
      : [],
  ),
  kind('residual-after-norm', place => {
    const { node, read, written, make, text } = place
    if (node.op !== 'add') return []
    return [0, 1].flatMap(at => {
      const from = node.inputs[at]!
      return [...read, ...written]
        .filter(other => isNormalisation(other) && other.inputs[0] === from)
        .map(other => ({
          to: make('add', at === 0 ? [other, node.inputs[1]!] : [node.inputs[0]!, other]),
          values: { expected: text(from), actual: text(other) },
        }))
    })
  }),
  kind('term-missing', ({ node, make, text }) => {
    const [a, b] = node.inputs
    if (!a || !b) return []
    if (node.op === 'add')
      return [
        { to: a, values: { term: text(b), value: text(node) } },
        { to: b, values: { term: text(a), value: text(node) } },
      ]
    if (node.op !== 'subtract') return []
    return [
      { to: a, values: { term: text(b), value: text(node) } },
      { to: make('negate', [b]), values: { term: text(a), value: text(node) } },
    ]
  }),
  kind('reshape-for-transpose', ({ node, make, text }) =>
    node.op === 'transpose' && node.type.shape
      ? [
          {
            to: make('reshape', node.inputs, { shape: node.type.shape }),
            values: { value: text(node.inputs[0]!) },
          },
        ]
      : [],
  ),
  kind('operands-swapped', ({ node, make, text }) => {
    const [a, b] = node.inputs
    if (!a || !b || node.inputs.length !== 2) return []
    const values = { value: text(node) }
    const swapped = weighted(node).map(([i, j]) => {
      const [x, y] = [a.inputs, b.inputs]
      const left = make('multiply', [y[j]!, x[1 - i]!])
      const right = make('multiply', [x[i]!, y[1 - j]!])
      return { to: left && right && make('add', [left, right]), values }
    })
    return [{ to: make(node.op, [b, a], node.attributes), values }, ...swapped]
  }),
  kind('weight-misplaced', ({ node, make, text }) =>
    node.op === 'add'
      ? [0, 1].flatMap(at => {
          const [own, other] = [node.inputs[at]!, node.inputs[1 - at]!]
          if (own.op !== 'multiply') return []
          return [0, 1].map(i => {
            const weight = own.inputs[i]!
            const moved = make('multiply', [weight, other])
            return {
              to: moved && make('add', [own.inputs[1 - i]!, moved]),
              values: { weight: text(weight), expected: text(own.inputs[1 - i]!), actual: text(other) },
            }
          })
        })
      : [],
  ),
  kind('operand-repeated', place =>
    place.node.inputs.flatMap((input, at) =>
      place.node.inputs
        .filter((other, i) => i !== at && other !== input)
        .map(other => ({
          to: withInput(place, at, other),
          values: { value: place.text(place.node), expected: place.text(input), actual: place.text(other) },
        })),
    ),
  ),
  kind('order-different', place =>
    reordered(place).flatMap(to =>
      to ? [{ to, values: { expected: place.text(place.node), actual: place.text(to) } }] : [],
    ),
  ),
  kind('operator-different', ({ node, make, text }) =>
    operators.includes(node.op)
      ? operators.map(actual => ({
          to: make(actual, node.inputs),
          values: { value: text(node), expected: node.op, actual },
        }))
      : [],
  ),
  kind('broadcast-crossed', ({ node, make, text }) =>
    isBinary(node)
      ? [0, 1].flatMap(at => {
          const wide = make('expandDims', [node.inputs[at]!], { axes: [-1] })
          if (!wide) return []
          const to = make(node.op, at === 0 ? [wide, node.inputs[1]!] : [node.inputs[0]!, wide])
          return [{ to, values: { left: text(node.inputs[0]!), right: text(node.inputs[1]!) } }]
        })
      : [],
  ),
  kind('normalisation-moved', ({ node, make, text }) => {
    const [x, ...rest] = node.inputs
    if (!isNormalisation(node) || x?.op !== 'add') return []
    return [0, 1].flatMap(at => {
      const [from, block] = [x.inputs[at]!, x.inputs[1 - at]!]
      const normed = make(node.op, [from, ...rest], node.attributes)
      const inner = normed && replacedIn(block, from, normed, make)
      return [{ to: inner && make('add', [from, inner]), values: { value: text(x) } }]
    })
  }),
  kind('setting-different', ({ node, settings, make, text }) =>
    Object.entries(node.attributes).flatMap(([key, expected]) =>
      node.inputs.length === 0 || axisLike.has(opTable[node.op]?.attributes[key]?.kind)
        ? []
        : settings(node.op, key).map(actual => ({
            to: make(node.op, node.inputs, { ...node.attributes, [key]: actual }),
            values: {
              key,
              value: text(node),
              expected: attributeKey(expected),
              actual: attributeKey(actual),
            },
          })),
    ),
  ),
  kind('operand-different', ({ node, read, text }) =>
    read
      .filter(other => other !== node && sameShape(other, node))
      .map(to => ({ to, values: { expected: text(node), actual: text(to) } })),
  ),
]

/** Attributes that say along which axis, whose differences have a kind of their own. */
const axisLike: ReadonlySet<string | undefined> = new Set(['axis', 'axes'])

/** A value with another one in place of one that it is computed from. */
function replacedIn(root: Node, from: Node, to: Node, make: Place['make']): Node | undefined {
  const done = new Map<Node, Node | undefined>([[from, to]])
  const visit = (node: Node): Node | undefined => {
    if (done.has(node)) return done.get(node)
    const inputs = node.inputs.map(visit)
    const isWhole = inputs.every((input): input is Node => input !== undefined)
    const isSame = isWhole && inputs.every((input, i) => input === node.inputs[i])
    const copy = isSame ? node : isWhole ? make(node.op, inputs, node.attributes) : undefined
    done.set(node, copy)
    return copy
  }
  const made = visit(root)
  return made === root ? undefined : made
}
