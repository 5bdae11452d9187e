import { type Atom, type Dimension, isPolynomial, termsForPrinting } from './dimension.js'
import type { Attribute, Body, Node } from './node.js'
import type { TensorType } from './type.js'
import { nodesBelow } from './walk.js'

/** Names that mean something by themselves where a symbol may stand. */
const reserved: ReadonlySet<string> = new Set(['true', 'false', 'null', 'NaN', 'Infinity', 'body', 'real'])

/**
 * A graph as text, one line per node: `%2 = matMul[](%0, %1) : float32 [N, 4]`, and `return %2` at the end. Nodes are
 * numbered in the order of their making, those of bodies included. `readGraph` gives the same graph back. What is to
 * be said of a node beside what it is, follows after `#`.
 */
export function printGraph(
  outputs: readonly Node[],
  remark: (node: Node) => string | undefined = () => undefined,
): string {
  const nodes = nodesBelow(outputs)
  const places = new Map(nodes.map((node, place) => [node, `%${place}`]))
  const list = (of: readonly Node[]) => of.map(node => places.get(node)!).join(', ')
  const body = ({ inputs, outputs: results }: Body) =>
    `body(${list(inputs)}${inputs.length > 0 ? ' ' : ''}-> ${list(results)})`
  const lines = nodes.map(node => {
    const attributes = Object.entries(node.attributes).map(([key, value]) => `${key} = ${print(value, body)}`)
    const line = `${places.get(node)!} = ${node.op}[${attributes.join(', ')}](${list(node.inputs)}) : ${typeText(node.type)}`
    const beside = remark(node)
    return beside === undefined ? line : `${line}  # ${beside}`
  })
  return `${[...lines, `return ${list(outputs)}`.trimEnd()].join('\n')}\n`
}

export function typeText({ dtype, shape }: TensorType): string {
  return `${dtype} ${shape ? `[${shape.map(dimension).join(', ')}]` : '[…]'}`
}

function print(value: Attribute, body: (body: Body) => string): string {
  if (Array.isArray(value)) return `[${value.map(item => print(item, body)).join(', ')}]`
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' || isPolynomial(value)) return dimension(value)
  return body((value as { readonly body: Body }).body)
}

function dimension(value: Dimension): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  const terms = termsForPrinting(value).map(({ coefficient: { numerator, denominator }, factors }) => {
    const fraction = denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`
    const powers = factors.map(({ atom: base, power }) =>
      power === 1 ? atom(base) : `${atom(base)}^${power}`,
    )
    return [...(fraction === '1' && powers.length > 0 ? [] : [fraction]), ...powers].join('*')
  })
  return terms.join(' + ')
}

/** `N` for a whole number, `real(rate)` for another; names that are no words stand between backticks. */
function atom(value: Atom): string {
  if (value.kind === 'application') return `${value.name}(${value.arguments.map(dimension).join(', ')})`
  const word = /^[A-Za-z_]\w*$/.test(value.name) && !reserved.has(value.name)
  const name = word ? value.name : `\`${JSON.stringify(value.name).slice(1, -1).replaceAll('`', '\\u0060')}\``
  return value.integer ? name : `real(${name})`
}
