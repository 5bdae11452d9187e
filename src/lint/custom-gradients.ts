import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { drawTensor } from '../evaluate/domain.js'
import { evaluate } from '../evaluate/evaluate.js'
import { randomSource } from '../evaluate/random.js'
import { gradients } from '../gradient/gradient.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { CustomGradient } from '../graph/custom-gradient.js'
import { isPolynomial, substitute, symbolsOf } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { nodesBelow } from '../graph/walk.js'
import { type LeafOptions, prove } from '../identity/prove.js'
import { normalize } from '../normal/normalize.js'
import { isWrittenZero } from '../ops/zeros.js'

/** What a gradient of the program's own is, beside the derivative of what the function computes. */
export type GradientVerdict =
  /** They have one form, or are equal in exact arithmetic. */
  | { readonly kind: 'equal'; readonly by: 'form' | 'arithmetic' }
  /** Numbers tell them apart. */
  | ({ readonly kind: 'differs' } & GradientDifference)
  /** They differ by less than this part of the derivative, as by a small constant in a denominator. */
  | { readonly kind: 'near'; readonly part: number }
  /** The derivative is zero everywhere, and the gradient stands in for it. */
  | { readonly kind: 'estimate' }
  /** The function gives its input unchanged, or stops all gradients, so it is there for the gradient only. */
  | { readonly kind: 'altered' }
  | { readonly kind: 'open'; readonly reason: string }

/** Where the two are told apart, and how much they have in common. */
export interface GradientDifference {
  /** Between all numbers of both, at all points that were tried. */
  readonly cosine: number
  readonly points: number
  /** One element of an input at one point. */
  readonly at: {
    readonly input: number
    readonly value: number
    readonly given: number
    readonly derived: number
  }
}

/** Points at which the two are compared. */
const points = 32

/** As many numbers an argument may have that is tried. */
const largest = 4096

/** What differs by less than this part may be meant to be equal. */
const smallPart = 1e-3

/** Single precision is what programs compare with; what differs by less is rounding. */
const tolerance = 1e-6

/** Compares a gradient of the program's own with the derivative of the value, by reverse mode. */
export function judgeGradient(custom: CustomGradient, builder: GraphBuilder): GradientVerdict {
  const { inputs, value, incoming, given } = custom
  if (inputs.includes(value) && given.some((node, i) => node !== incoming || inputs[i] !== value))
    return { kind: 'altered' }
  if (given.every(isWrittenZero)) return { kind: 'altered' }
  const derived = derivatives(custom, builder)
  if (isProblem(derived)) return { kind: 'open', reason: derived.problem }
  if (derived.every((node, i) => node === given[i])) return { kind: 'equal', by: 'form' }
  const forms = [given, derived].map(nodes => normalize(nodes, builder, 'training').outputs)
  if (forms[0]!.every((node, i) => node === forms[1]![i])) return { kind: 'equal', by: 'form' }
  const compared = compareNumbers(custom, derived)
  if (isProblem(compared)) return { kind: 'open', reason: compared.problem }
  if (compared.isFlat) return { kind: 'estimate' }
  if (compared.difference) {
    const { part, ...difference } = compared.difference
    return part < smallPart ? { kind: 'near', part } : { kind: 'differs', ...difference }
  }
  const sides = { first: forms[0]!, second: forms[1]! }
  const proof = prove(sides, leavesOf(custom))
  return proof.kind === 'proved'
    ? { kind: 'equal', by: 'arithmetic' }
    : {
        kind: 'open',
        reason: `no numbers tell them apart, and they are not proved to be equal: ${proof.reason}`,
      }
}

/**
 * What flows back to each input by the op table; zeros where nothing does, and where zeros are given: labels get them, since
 * nobody asks for their gradient.
 */
function derivatives(
  { inputs, value, incoming, given }: CustomGradient,
  builder: GraphBuilder,
): readonly Node[] | Problem {
  const found = gradients(value, inputs, builder, { seed: incoming })
  if (isProblem(found)) return found
  const all: Node[] = []
  for (const [i, node] of found.entries()) {
    const { shape } = inputs[i]!.type
    const stopped = isWrittenZero(given[i]!) ? given[i] : undefined
    const own =
      stopped ??
      node ??
      (shape ? builder.node('fill', [], { shape, value: 0 }) : { problem: 'a shape is not known' })
    if (isProblem(own)) return own
    all.push(own)
  }
  return all
}

/** Sizes that are open get numbers that no other has. */
function sizesFor({ inputs, incoming }: CustomGradient): ReadonlyMap<string, number> {
  const names = new Set<string>()
  for (const { type } of [...inputs, incoming]) for (const size of type.shape ?? []) symbolsOf(size, names)
  return new Map([...names].map((name, i) => [name, i + 2]))
}

function leavesOf(custom: CustomGradient): LeafOptions {
  const sizes = sizesFor(custom)
  const leaves = new Map([...custom.inputs, custom.incoming].map((node, i) => [node, `leaf ${i}`]))
  return {
    leaf: node => {
      const name = leaves.get(node) ?? (node.op === 'parameter' ? `parameter ${node.id}` : undefined)
      return name === undefined ? undefined : { name, domain: { kind: 'real' } }
    },
    symbol: name => sizes.get(name),
    mode: 'training',
  }
}

interface Compared {
  /** Whether the derivative is zero at all points, and the gradient is not. */
  readonly isFlat: boolean
  readonly difference?: GradientDifference & { readonly part: number }
}

/** Both at random points. */
function compareNumbers(custom: CustomGradient, derived: readonly Node[]): Compared | Problem {
  const { inputs, given, incoming } = custom
  const sizes = sizesFor(custom)
  const symbol = (name: string) => sizes.get(name)
  // An argument that neither of them reads has a value all the same.
  const known = new Set([...inputs, incoming])
  const leaves = [...known, ...nodesBelow([...given, ...derived]).filter(isOtherLeaf(known))]
  const random = randomSource(7)
  let [dot, first, second, apart] = [0, 0, 0, 0]
  let worst: GradientDifference['at'] | undefined
  let distance = 0
  for (let point = 0; point < points; point++) {
    const values = new Map<Node, Tensor>()
    for (const leaf of leaves) {
      const shape = leaf.type.shape?.map(size => (isPolynomial(size) ? substitute(size, symbol) : size))
      if (!shape?.every(size => typeof size === 'number')) return { problem: 'a size has no number' }
      if (shape.reduce((all, size) => all * size, 1) > largest)
        return { problem: 'its arguments are too large to be tried' }
      values.set(leaf, drawTensor(shape, leaf.type.dtype, { kind: 'real' }, random))
    }
    const result = evaluate([...given, ...derived], {
      leaf: node => values.get(node),
      symbol,
      mode: 'training',
    })
    if (isProblem(result)) return result
    for (const [i, input] of inputs.entries()) {
      const [own, other] = [result[i]!.data, result[given.length + i]!.data]
      for (const [k, a] of own.entries()) {
        const b = other[k]!
        if (!Number.isFinite(a) || !Number.isFinite(b)) continue
        dot += a * b
        first += a * a
        second += b * b
        apart += (a - b) ** 2
        const gap = Math.abs(a - b) / (1 + Math.abs(a) + Math.abs(b))
        if (gap <= distance) continue
        distance = gap
        worst = { input: i, value: values.get(input)!.data[k]!, given: a, derived: b }
      }
    }
  }
  if (second === 0 && first > 0) return { isFlat: true }
  if (distance < tolerance || !worst) return { isFlat: false }
  const cosine = first === 0 || second === 0 ? 0 : dot / Math.sqrt(first * second)
  const part = second === 0 ? 1 : Math.sqrt(apart / second)
  return { isFlat: false, difference: { cosine, points, at: worst, part } }
}

const isOtherLeaf = (known: ReadonlySet<Node>) => (node: Node) => node.op === 'parameter' && !known.has(node)

/** Four digits of a number. */
export const shownNumber = (value: number): string => String(Number(value.toPrecision(4)))

/** A gradient that is not the derivative, as a finding; one that is meant to be another is none. */
export function gradientFailures(custom: CustomGradient, builder: GraphBuilder): readonly Diagnostic[] {
  const verdict = judgeGradient(custom, builder)
  if (verdict.kind !== 'differs') return []
  const { at, cosine, points: count } = verdict
  const values = {
    given: shownNumber(at.given),
    derived: shownNumber(at.derived),
    value: shownNumber(at.value),
    cosine: shownNumber(cosine),
    points: String(count),
  }
  return [diagnostic('custom-gradient-differs', values, { span: custom.span })]
}
