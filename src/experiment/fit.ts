import {
  type Fit,
  type Instance,
  isMisfit,
  type Misfit,
  type OutputPort,
  type Pattern,
  type Port,
  type PortPattern,
  type Problem,
  type Signature,
  type SizeRange,
  type Standing,
  type Teacher,
} from './problem.js'

/** A problem at the sizes of a model, or what of the model does not fit and what would. */
export function instanceOf(problem: Problem, signature: Signature, teacher?: Teacher): Instance | Misfit {
  const fit = fitOf(problem, signature)
  return isMisfit(fit) ? fit : problem.instance(fit, teacher)
}

/** Open sizes where nothing else decides. */
const anySize = 8

function fitOf({ accepts }: Problem, signature: Signature): Fit | Misfit {
  if (accepts === 'any')
    return { ...sizedPorts(signature, port => port.shape.map(n => n ?? anySize)), sizes: {}, pattern: 0 }
  for (const [at, pattern] of accepts.entries()) {
    const sizes = sizesOf(pattern, signature)
    if (!sizes) continue
    const shapes = new Map<Port, readonly number[]>()
    const give = (ports: readonly Port[], patterns: readonly PortPattern[]) =>
      ports.forEach((port, i) => {
        shapes.set(
          port,
          patterns[i]!.shape.map(size => (typeof size === 'number' ? size : sizes[size]!)),
        )
      })
    give(signature.inputs, pattern.inputs)
    give(signature.outputs, pattern.outputs)
    return { ...sizedPorts(signature, port => shapes.get(port)!), sizes, pattern: at }
  }
  return {
    misfit: `the model ${signatureText(signature)}`,
    would: `a model that ${acceptedTexts(accepts).join('; or ')}`,
  }
}

function sizedPorts({ inputs, outputs }: Signature, shapeOf: (port: Port) => readonly number[]) {
  return {
    inputs: inputs.map(port => ({ ...port, shape: shapeOf(port) })),
    outputs: outputs.map(port => ({ ...port, shape: shapeOf(port) })),
  }
}

/** The letters of a pattern at a signature; undefined where it does not fit. */
function sizesOf(pattern: Pattern, signature: Signature): Readonly<Record<string, number>> | undefined {
  const { inputs, outputs, sizes: ranges = {} } = pattern
  if (inputs.length !== signature.inputs.length || outputs.length !== signature.outputs.length)
    return undefined
  const known = new Map<string, number>()
  const letters = new Set<string>()
  const bind = (size: number | string, value: number | null) => {
    if (typeof size === 'number') return value === null || value === size
    letters.add(size)
    if (value === null) return true
    if (known.has(size)) return known.get(size) === value
    known.set(size, value)
    return true
  }
  const portFits = (own: PortPattern, port: Port) =>
    own.shape.length === port.shape.length &&
    (own.below === undefined) === (port.below === undefined) &&
    (own.below === undefined || bind(own.below, port.below!)) &&
    own.shape.every((size, axis) => bind(size, port.shape[axis]!))
  if (!inputs.every((own, i) => portFits(own, signature.inputs[i]!))) return undefined
  if (
    !outputs.every(
      (own, i) => portFits(own, signature.outputs[i]!) && own.stands.includes(signature.outputs[i]!.stands),
    )
  )
    return undefined
  const all = [...letters].map(letter => {
    const { least = 1, open = least }: SizeRange = ranges[letter] ?? {}
    return [letter, known.get(letter) ?? open] as const
  })
  const isWithin = ([letter, size]: readonly [string, number]) =>
    size >= (ranges[letter]?.least ?? 1) && size <= (ranges[letter]?.most ?? Number.POSITIVE_INFINITY)
  return all.every(isWithin) ? Object.fromEntries(all) : undefined
}

const standingText: Readonly<Record<Standing, string>> = {
  probability: 'probabilities',
  distribution: 'probabilities that sum to one',
  logit: 'logits',
  real: 'any numbers',
}

/** What a model takes and gives: `takes [3] and gives [1] (any numbers)`. */
export function signatureText({ inputs, outputs }: Signature): string {
  const taken = inputs.map(port =>
    portText(
      port.shape.map(size => size ?? '?'),
      port.below,
    ),
  )
  const given = outputs.map(port => outputText(port, [port.stands]))
  return `takes ${taken.join(' and ')} and gives ${given.join(' and ')}`
}

const outputText = ({ shape }: Pick<OutputPort | PortPattern, 'shape'>, stands: readonly Standing[]) =>
  `${portText(shape.map(size => size ?? '?'))} (${stands.map(standing => standingText[standing]).join(' or ')})`

function portText(shape: readonly (number | string)[], below?: number | string): string {
  return `[${shape.join(', ')}]${below === undefined ? '' : ` of whole numbers below ${below}`}`
}

/** What of models fits, pattern by pattern: `takes [n] and gives [1] (any numbers), n at least 2`. */
export function acceptedTexts(accepts: Problem['accepts']): readonly string[] {
  return accepts === 'any' ? ['takes and gives anything'] : accepts.map(patternText)
}

function patternText({ inputs, outputs, sizes = {} }: Pattern): string {
  const taken = inputs.map(({ shape, below }) => portText(shape, below)).join(' and ')
  const given = outputs.map(own => outputText(own, own.stands)).join(' and ')
  const ranges = Object.entries(sizes).flatMap(([letter, { least, most }]) =>
    least === undefined && most === undefined
      ? []
      : [
          `, ${letter} ${[least !== undefined && `at least ${least}`, most !== undefined && `at most ${most}`].filter(Boolean).join(' and ')}`,
        ],
  )
  return `takes ${taken} and gives ${given}${ranges.join('')}`
}
