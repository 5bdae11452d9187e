import { ts } from 'ts-morph'
import { inCalls, inNodes, renamed, withOperand, withoutCall } from '../changes.js'
import { replaced } from '../edits.js'
import type { Change, Operator, Planting } from '../operator.js'
import {
  type Call,
  callsOf,
  callText,
  isNumber,
  mathCalls,
  operandText,
  operandTexts,
  type Program,
} from '../program.js'

/** What a factor looks like that is the root of a size: by what is computed, or by its name. */
const isRoot = (node: ts.Expression): boolean =>
  /sqrt|scal|pow\(|\*\*\s*-?\(?0?\.5|rsqrt/i.test(node.getText())

/** Products and quotients with a factor that an operator is about, without it. */
const withoutFactor = (isMeant: (factor: ts.Expression) => boolean): Planting['changes'] =>
  inCalls(['mul', 'div'], call => {
    const [first, second] = call.operands
    if (!first || !second) return undefined
    if (isMeant(second)) return operandText(first)
    return call.name === 'mul' && isMeant(first) ? operandText(second) : undefined
  })

/** The same where numbers are multiplied by the language itself. */
const withoutNumberFactor = inNodes(ts.isBinaryExpression, ({ left, right, operatorToken }) => {
  const sign = operatorToken.getText()
  if (sign !== '*' && sign !== '/') return undefined
  if (isNumber(right) && !isNumber(left)) return operandText(left)
  return sign === '*' && isNumber(left) && !isNumber(right) ? operandText(right) : undefined
})

/** `clip(ratio).mul(a)`: what is clipped is the product. */
const clippedProduct = inCalls(['mul'], (call, program) => {
  const [first, second] = call.operands
  const clip = callsOf(program, 'clipByValue').find(({ node }) => node === first || node === second)
  if (!clip || !first || !second) return undefined
  const other = clip.node === first ? second : first
  return withOperand(clip, 0, `${operandText(clip.operands[0]!)}.mul(${other.getText()})`)
})

/** What a number is called that weighs one term against another. */
const isWeight = (node: ts.Expression): boolean =>
  isNumber(node) ||
  /(^|\.)(alpha|beta|gamma|lambda|kappa|eta|weight|coefficient|coef|temperature|tau)\w*$/i.test(
    node.getText(),
  )

/** `a + c · b` becomes `c · a + b`. */
const otherTerm = inCalls(['add', 'sub'], (call, program) => {
  const [first, second] = call.operands
  if (!first || !second) return undefined
  const own = [first, second].map(term => callsOf(program, 'mul').find(({ node }) => node === term))
  const place = own.findIndex(product => product?.operands.some(isWeight))
  const product = own[place]
  if (!product || own[1 - place]?.operands.some(isWeight)) return undefined
  const weight = product.operands.find(isWeight)!
  const rest = product.operands.find(operand => operand !== weight)
  if (!rest) return undefined
  const weighted = `${operandText(place === 0 ? second : first)}.mul(${weight.getText()})`
  return callText(call, place === 0 ? [operandText(rest), weighted] : [weighted, operandText(rest)])
})

const withoutMathRoot = (program: Program): readonly Change[] =>
  mathCalls(program, 'sqrt').map(node => ({ edits: [replaced(node, operandText(node.arguments[0]!))] }))

const asProduct = (call: Call): string => callText(call, operandTexts(call), 'mul')

/** Faults of factors, powers and weights of terms. */
export const scales = {
  M07: {
    title: 'the scale 1/√d is missing',
    thread: 'delzac/cntkx#10',
    plantings: [
      {
        what: 'drops a factor that is the root of a size',
        codes: ['scale-missing'],
        changes: withoutFactor(isRoot),
      },
    ],
  },
  M08: {
    title: 'a scale or a bound on the wrong value',
    thread: 'alexis-jacq/Pytorch-DPPO#3',
    plantings: [
      { what: 'scales by a size in place of its root', changes: withoutMathRoot },
      { what: 'bounds a product in place of its factor', changes: clippedProduct },
      {
        what: 'multiplies where a factor divides',
        changes: inCalls(['div'], call =>
          call.operands[1] && isRoot(call.operands[1]) ? asProduct(call) : undefined,
        ),
      },
      { what: 'drops a bound', changes: withoutCall('clipByValue') },
    ],
  },
  M12: {
    title: 'a constant factor is missing',
    thread: 'SupaeroDataScience/deep-learning#6',
    plantings: [
      {
        what: 'drops a constant factor of a tensor',
        codes: ['factor-missing'],
        changes: withoutFactor(isNumber),
      },
      { what: 'drops a constant factor of a number', changes: withoutNumberFactor },
    ],
  },
  M36: {
    title: 'a coefficient on the wrong term',
    thread: 'CompVis/taming-transformers#46',
    plantings: [{ what: 'weighs the other term of a sum', changes: otherTerm }],
  },
  M39: {
    title: 'a power or a root is missing',
    thread: 'labmlai/annotated_deep_learning_paper_implementations#152',
    plantings: [
      {
        what: 'drops a square, a root or a power',
        codes: ['function-different'],
        changes: withoutCall('square', 'sqrt', 'pow'),
      },
      { what: 'multiplies by the exponent', changes: inCalls(['pow'], asProduct) },
      {
        what: 'takes the magnitude of a difference for its square',
        changes: renamed({ squaredDifference: 'sub' }),
      },
    ],
  },
} as const satisfies Readonly<Record<string, Operator>>
