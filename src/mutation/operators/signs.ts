import { ts } from 'ts-morph'
import { inCalls, inNodes, renamed, withOperand, withoutCall } from '../changes.js'
import { replaced } from '../edits.js'
import type { Change, Operator, Planting } from '../operator.js'
import { callsOf, operandText, type Program } from '../program.js'

const isSigned = (node: ts.Node): node is ts.PrefixUnaryExpression =>
  ts.isPrefixUnaryExpression(node) && node.getText().startsWith('-') && !ts.isNumericLiteral(node.operand)

/** What is called the logarithm of a spread. */
const isLogarithm = (text: string): boolean => /log_?(var|std|sigma|variance|scale)/i.test(text)

/** `exp(v / 2)` as `exp(v)`, and `exp(logVar)` as `exp(logVar / 2)`. */
const otherSpread = inCalls(['exp'], (call, program) => {
  const [values] = call.operands
  if (!values) return undefined
  const halved = callsOf(program, 'mul', 'div').find(
    ({ node, operands }) =>
      node === values && operands.some(operand => /^(0?\.5|2)$/.test(operand.getText())),
  )
  if (halved) {
    const whole = halved.operands.find(operand => !/^(0?\.5|2)$/.test(operand.getText()))
    return whole && withOperand(call, 0, operandText(whole))
  }
  return isLogarithm(values.getText()) ? withOperand(call, 0, `${operandText(values)}.mul(0.5)`) : undefined
})

/** The logarithm of a spread where the spread is meant. */
const spreadForLogarithm = (program: Program): readonly Change[] =>
  callsOf(program, 'exp', 'square')
    .filter(({ operands: [values] }) => values && isLogarithm(values.getText()))
    .map(({ node, operands }) => ({ edits: [replaced(node, operandText(operands[0]!))] }))

/** `1 − x` as `x`: in the language, and as a function. */
const isOne = (node: ts.Node | undefined): boolean =>
  node !== undefined && /^(1|tf\.scalar\(1\)|tf\.onesLike\(.*\)|tf\.ones\(.*\))$/.test(node.getText())

export const withoutComplement = (isMeant: (taken: ts.Expression) => boolean): Planting['changes'] => {
  const inFunctions = inCalls(['sub'], ({ operands: [one, taken] }) =>
    taken && isOne(one) && isMeant(taken) ? operandText(taken) : undefined,
  )
  const inNumbers = inNodes(ts.isBinaryExpression, ({ left, right, operatorToken }) =>
    operatorToken.getText() === '-' && isOne(left) && isMeant(right) ? operandText(right) : undefined,
  )
  return program => [...inFunctions(program), ...inNumbers(program)]
}

/** What is called a mask, or says that an episode is over: other operators are about it. */
export const isMask = (node: ts.Expression): boolean =>
  /mask|done|terminal|keep|valid|pad/i.test(node.getText())

/** Faults of signs, logarithms and labels. */
export const signs = {
  M11: {
    title: 'a sign is turned',
    thread: 'FluxML/model-zoo#147',
    plantings: [
      {
        what: 'subtracts what is added, or adds what is subtracted',
        codes: ['sign-different', 'operator-different'],
        changes: renamed({ add: 'sub', sub: 'add' }),
      },
      { what: 'drops a minus of a tensor', codes: ['sign-different'], changes: withoutCall('neg') },
      {
        what: 'drops a minus of a number',
        changes: inNodes(isSigned, ({ operand }) => operandText(operand)),
      },
      {
        what: 'takes the larger for the smaller of two',
        codes: ['operator-different', 'function-different'],
        changes: renamed({ minimum: 'maximum', maximum: 'minimum' }),
      },
      {
        what: 'takes a value for its complement',
        codes: ['complement-taken'],
        changes: withoutComplement(taken => !isMask(taken)),
      },
    ],
  },
  M13: {
    title: 'a variance for a deviation, or a value for its logarithm',
    thread: 'rachtsingh/ibp_vae#3',
    plantings: [
      { what: 'halves the logarithm of a spread, or does not', changes: otherSpread },
      { what: 'takes the logarithm of a spread for the spread', changes: spreadForLogarithm },
      { what: 'drops a logarithm', changes: withoutCall('log') },
    ],
  },
  M35: {
    title: 'labels are turned',
    thread: 'keras-team/keras-io#361',
    plantings: [
      {
        what: 'takes ones for zeros, or zeros for ones',
        changes: renamed({ onesLike: 'zerosLike', zerosLike: 'onesLike', ones: 'zeros', zeros: 'ones' }),
      },
    ],
  },
} as const satisfies Readonly<Record<string, Operator>>
