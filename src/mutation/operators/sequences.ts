import { ts } from 'ts-morph'
import { inCalls, inNodes, renamed, withOperand } from '../changes.js'
import { replaced } from '../edits.js'
import type { Change, Operator, Planting } from '../operator.js'
import { callsOf, callText, mathCalls, operandText, operandTexts, type Program } from '../program.js'
import { isMask, withoutComplement } from './signs.js'

const isEnd = (node: ts.Expression): boolean =>
  /done|terminal|truncat|finish|\bd\b|dones/i.test(node.getText())

/** Products and sums with a factor or term of some name, without it. */
const without = (names: readonly string[], isMeant: (node: ts.Expression) => boolean): Planting['changes'] =>
  inCalls(names, ({ operands: [first, second] }) => {
    if (!first || !second) return undefined
    if (isMeant(second)) return operandText(first)
    return isMeant(first) && names[0] !== 'sub' ? operandText(second) : undefined
  })

/** `softmax(x + mask)` as `softmax(x) + mask`. */
const maskBehind = inCalls(['softmax'], (call, program) => {
  const [values] = call.operands
  const own = callsOf(program, 'add', 'mul', 'where').find(({ node }) => node === values)
  if (!own) return undefined
  const place = own.operands.findIndex(operand => !isMask(operand))
  const kept = own.operands[place]
  if (!kept || !own.operands.some(isMask)) return undefined
  return withOperand(own, place, `${operandText(kept)}.softmax()`)
})

const invertedChoice = inCalls(['where'], call => {
  const texts = operandTexts(call)
  const [condition, first, second] = texts
  if (texts.length !== 3 || first === undefined || second === undefined) return undefined
  // As a method, `x.where(condition, y)`.
  return call.isMethod
    ? `${callText(call, [second.startsWith('(') ? second : `(${second})`, first, condition!])}`
    : callText(call, [condition!, second, first])
})

const invertedBand = inCalls(['bandPart'], call => {
  const [values = '', lower = '', upper = ''] = operandTexts(call)
  return callText(call, [values, upper, lower])
})

/** Masks of numbers: `1 − mask` as the mask, and the mask as `1 − mask` where it is a factor. */
const invertedMask: Planting['changes'] = program => [
  ...withoutComplement(isMask)(program),
  ...inCalls(['mul'], call => {
    const place = call.operands.findIndex(
      operand => isMask(operand) && (ts.isIdentifier(operand) || ts.isPropertyAccessExpression(operand)),
    )
    const mask = call.operands[place]
    if (!mask) return undefined
    return withOperand(
      call,
      place,
      place === 0 && call.isMethod ? `(${mask.getText()}.neg().add(1))` : `${mask.getText()}.neg().add(1)`,
    )
  })(program),
]

const isWholeStep = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) &&
  /^[+-]$/.test(node.operatorToken.getText()) &&
  node.right.getText() === '1' &&
  /^[\w.]+$/.test(node.left.getText())

/** Where a slice begins, one further. */
const laterSlice = inCalls(['slice'], call => {
  const start = call.operands[1]
  if (!start) return undefined
  const numbers = /^\[([\d, -]+)\]$/.exec(start.getText())?.[1]?.split(',').map(Number)
  if (!numbers)
    return /^\d+$/.test(start.getText())
      ? withOperand(call, 1, String(Number(start.getText()) + 1))
      : undefined
  const place = numbers.findLastIndex(number => number > 0)
  if (place < 0) return undefined
  return withOperand(
    call,
    1,
    `[${numbers.map((number, i) => (i === place ? number - 1 : number)).join(', ')}]`,
  )
})

/** A loop that ends a round early. */
const shorterLoop: Planting['changes'] = program =>
  program.nodes.filter(ts.isForStatement).flatMap(({ condition }): readonly Change[] => {
    if (!condition || !ts.isBinaryExpression(condition)) return []
    const sign = condition.operatorToken.getText()
    if (!/^(<|<=|>|>=)$/.test(sign)) return []
    const { right } = condition
    return [{ edits: [replaced(right, `${operandText(right)} ${sign.startsWith('<') ? '-' : '+'} 1`)] }]
  })

/** Two names of one list that are exchanged, where the names are those of states. */
const exchangedStates = (program: Program): readonly Change[] =>
  program.nodes.flatMap((node): readonly Change[] => {
    if (!ts.isArrayLiteralExpression(node) && !ts.isArrayBindingPattern(node)) return []
    const parts = node.elements.filter(element =>
      /^_?(h|c|hidden|cell|state|\w*[hH]idden\w*|\w*[cC]ell\w*|\w*State\w*)\d?$/.test(element.getText()),
    )
    const [first, second] = parts
    if (!first || !second || parts.length !== 2) return []
    return [{ edits: [replaced(first, second.getText()), replaced(second, first.getText())] }]
  })

/** The base of the wavelengths: in a power, a quotient or a logarithm. */
const isBase = (node: ts.Node): node is ts.NumericLiteral =>
  ts.isNumericLiteral(node) &&
  /^(10000|10_000|1e4)$/.test(node.getText()) &&
  (ts.isBinaryExpression(node.parent) ||
    (ts.isCallExpression(node.parent) && /pow|log|scalar|fill/.test(node.parent.expression.getText())))

const withoutFloor = (program: Program): readonly Change[] =>
  mathCalls(program, 'floor').map(node => ({ edits: [replaced(node, operandText(node.arguments[0]!))] }))

/** `sin` for `cos` where the language computes it. */
const otherWave = (program: Program): readonly Change[] =>
  ['sin', 'cos'].flatMap(name =>
    mathCalls(program, name).map(node => ({
      edits: [replaced(node.expression, `Math.${name === 'sin' ? 'cos' : 'sin'}`)],
    })),
  )

const doubled = inNodes(ts.isBinaryExpression, ({ left, right, operatorToken }) =>
  operatorToken.getText() === '*' && left.getText() === '2' ? operandText(right) : undefined,
)

/** Faults of time, positions and masks. */
export const sequences = {
  M24: {
    title: 'the end of an episode is not masked, or the other way round',
    thread: 'navneet-nmk/pytorch-rl#2',
    plantings: [
      {
        what: 'drops the mask of ends',
        codes: ['factor-missing', 'mask-missing'],
        changes: without(['mul'], isEnd),
      },
      {
        what: 'keeps what comes after an end',
        codes: ['complement-taken'],
        changes: withoutComplement(isEnd),
      },
    ],
  },
  M25: {
    title: 'off by one',
    thread: 'openai/spinningup#50',
    plantings: [
      { what: 'begins a slice elsewhere', changes: laterSlice },
      { what: 'takes an index one off', changes: inNodes(isWholeStep, ({ left }) => left.getText()) },
      { what: 'ends a loop a round early', changes: shorterLoop },
    ],
  },
  M31: {
    title: 'another formula of positions',
    thread: 'maxjcohen/transformer#62',
    plantings: [
      {
        what: 'takes 1,000 for 10,000',
        codes: ['number-different'],
        changes: inNodes(isBase, () => '1000'),
      },
      { what: 'does not round an index down', changes: withoutFloor },
      {
        what: 'takes a cosine for a sine',
        codes: ['function-different'],
        changes: program => [...otherWave(program), ...renamed({ sin: 'cos', cos: 'sin' })(program)],
      },
      { what: 'does not double an index', changes: doubled },
    ],
  },
  M32: {
    title: 'a mask inverted, behind the softmax, or absent',
    thread: 'huggingface/pytorch-image-models#2236',
    plantings: [
      {
        what: 'drops a mask',
        codes: ['mask-missing', 'term-missing', 'factor-missing'],
        changes: without(['add', 'mul'], isMask),
      },
      { what: 'masks behind the softmax', codes: ['mask-after-softmax'], changes: maskBehind },
      { what: 'takes the other branch of a choice', codes: ['mask-inverted'], changes: invertedChoice },
      { what: 'keeps the other side of a band', codes: ['mask-inverted'], changes: invertedBand },
      {
        what: 'inverts a mask of numbers',
        codes: ['mask-inverted', 'complement-taken'],
        changes: invertedMask,
      },
      {
        what: 'lets a layer see what comes later',
        changes: inNodes(ts.isPropertyAssignment, ({ name, initializer }) =>
          name.getText() === 'causal' && initializer.getText() === 'true' ? 'causal: false' : undefined,
        ),
      },
    ],
  },
  M45: {
    title: 'states handed over in another order',
    thread: 'microsoft/nni#2842',
    plantings: [{ what: 'exchanges two states', changes: exchangedStates }],
  },
} as const satisfies Readonly<Record<string, Operator>>
