import type { CustomGradientGraph } from '../graph/custom-gradient.js'
import type { Model } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { nodesBelow } from '../graph/walk.js'
import { type GradientVerdict, judgeGradient, shownNumber } from '../lint/custom-gradients.js'
import { formatPlace } from '../text/source.js'
import type { ListedStep, Listing } from './algorithm.js'
import { equationsOf } from './equations.js'
import { type NamedSymbol, symbol } from './formula.js'
import type { Explanation, Item } from './system.js'
import { equation } from './training.js'

/** What is said of a gradient of the program's own. */
const verdictTexts: {
  readonly [Kind in GradientVerdict['kind']]: (verdict: Extract<GradientVerdict, { kind: Kind }>) => string
} = {
  equal: ({ by }) => `it is the derivative of y${by === 'arithmetic' ? ', by exact arithmetic' : ''}`,
  differs: ({ at, cosine, points }) =>
    `it is not the derivative of y: where an argument is ${shownNumber(at.value)}, it gives ${shownNumber(at.given)} and the derivative is ${shownNumber(at.derived)}; over ${points} random points the cosine between the two is ${shownNumber(cosine)}`,
  near: ({ part }) => `it is the derivative of y up to one part in ${Math.floor(1 / part)}`,
  estimate: () => 'the derivative of y is zero, and this stands in for it: a straight-through estimate',
  altered: () => 'y is the argument itself: only the gradient is changed',
  open: ({ reason }) => `whether it is the derivative of y is not known: ${reason}`,
}

/** Functions with gradients of their own: what they compute, what they say flows back, and whether that is the derivative. */
export function customGradientListing(found: readonly CustomGradientGraph[], title: string): Listing {
  const drawn = found.map(drawnGradient)
  return {
    title: `${title}, gradients of its own`,
    lines: drawn.map(
      ({ items, remarks }, i): ListedStep => ({ kind: 'step', number: i + 1, items, remarks }),
    ),
    rules: [],
    explanations: drawn.length === 1 ? drawn[0]!.explanations : [],
  }
}

/** The verdict on a gradient as data. */
export function customGradientJson({ custom, builder }: CustomGradientGraph): unknown {
  const verdict = judgeGradient(custom, builder)
  return {
    place: formatPlace(custom.span),
    verdict: verdict.kind,
    ...(verdict.kind === 'differs' && { cosine: verdict.cosine, points: verdict.points, at: verdict.at }),
    ...(verdict.kind === 'open' && { reason: verdict.reason }),
  }
}

function verdictText(verdict: GradientVerdict): string {
  return (verdictTexts[verdict.kind] as (own: GradientVerdict) => string)(verdict)
}

interface Drawn {
  readonly items: readonly Item[]
  readonly remarks: readonly string[]
  readonly explanations: readonly Explanation[]
}

function drawnGradient({ custom, builder, provenance }: CustomGradientGraph): Drawn {
  const { inputs, value, incoming, given, span } = custom
  const named = new Map<Node, NamedSymbol>([[incoming, symbol('g')]])
  for (const [i, node] of inputs.entries())
    named.set(node, symbol('x', inputs.length > 1 ? { index: i + 1 } : {}))
  const results: [NamedSymbol, Node][] = [
    [symbol('y'), value],
    ...given.map((node, i): [NamedSymbol, Node] => [
      symbol('\\nabla', { positions: [named.get(inputs[i]!)!] }),
      node,
    ]),
  ]
  const copies: Item[] = []
  const computed: [NamedSymbol, Node][] = []
  for (const [own, node] of results) {
    const known = named.get(node)
    if (known) copies.push(equation(own, known))
    else {
      named.set(node, own)
      computed.push([own, node])
    }
  }
  const origin = { span, path: [] }
  const leaves = new Set(nodesBelow(results.map(([, node]) => node)))
  const model: Model = {
    name: 'gradient',
    inputs: [...inputs, incoming].flatMap(node =>
      leaves.has(node) ? [{ name: node === incoming ? 'gradient of y' : 'argument', node, origin }] : [],
    ),
    outputs: computed.map(([, node]) => ({ name: 'y', node, origin })),
    applications: [],
    layers: [],
    origin,
  }
  const { items, explanations } =
    computed.length > 0
      ? equationsOf({ model, builder, provenance }, { named })
      : { items: [], explanations: [] }
  const verdict = verdictText(judgeGradient(custom, builder))
  return { items: [...items, ...copies], remarks: [formatPlace(span), verdict], explanations }
}
