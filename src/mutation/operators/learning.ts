import { ts } from 'ts-morph'
import { anotherText, changedSetting, inCalls } from '../changes.js'
import { type Edit, inserted, nodesOf, replaced } from '../edits.js'
import type { Change, Operator, Planting } from '../operator.js'
import {
  type Call,
  callsOf,
  callText,
  isNumber,
  operandText,
  operandTexts,
  type Program,
  statementAround,
} from '../program.js'

/** Calls that take the gradient of a function: the function is the operand. */
const gradientCalls = (program: Program): readonly Call[] =>
  callsOf(program, 'minimize', 'variableGrads', 'computeGradients', 'valueAndGrads')

const functionOf = ({ operands }: Call): ts.ArrowFunction | undefined => operands.find(ts.isArrowFunction)

/** One constant of a block: `const y = …`. */
interface Constant {
  readonly statement: ts.VariableStatement
  readonly name: string
}

const constantsIn = (statements: readonly ts.Statement[]): readonly Constant[] =>
  statements.filter(ts.isVariableStatement).flatMap(statement => {
    const [declaration, ...others] = statement.declarationList.declarations
    const isPlain =
      declaration && others.length === 0 && ts.isIdentifier(declaration.name) && declaration.initializer
    return isPlain ? [{ statement, name: declaration.name.getText() }] : []
  })

const mentions = (node: ts.Node, name: string): boolean =>
  nodesOf(node).some(own => ts.isIdentifier(own) && own.text === name)

/** A statement taken out, and put at another place on the line of what stands there. */
const moved = (statement: ts.Statement, at: number): readonly Edit[] => [
  replaced(statement, ''),
  inserted(at, ` ${statement.getText().replace(/;$/, '')};`),
]

/** A constant that is computed before a gradient is taken, inside of the function whose gradient it is. */
const insideOfTape = (program: Program): readonly Change[] =>
  gradientCalls(program).flatMap((call): readonly Change[] => {
    const own = functionOf(call)
    const block = statementAround(call.node).parent
    if (!own || !ts.isBlock(own.body) || !ts.isBlock(block)) return []
    const { body } = own
    const before = constantsIn(
      block.statements.filter(statement => statement.getEnd() < call.node.getStart()),
    )
    return before
      .filter(
        ({ name, statement }) =>
          mentions(body, name) &&
          !block.statements.some(
            other => other !== statement && !nodesOf(other).includes(call.node) && mentions(other, name),
          ),
      )
      .map(({ statement }) => ({
        edits: moved(statement, body.getStart() + 1),
        places: [call.node.getStart()],
      }))
  })

/** A constant of a function whose gradient is taken, computed before. */
const outsideOfTape = (program: Program): readonly Change[] =>
  gradientCalls(program).flatMap((call): readonly Change[] => {
    const own = functionOf(call)
    if (!own || !ts.isBlock(own.body) || own.parameters.length > 0) return []
    const constants = constantsIn(own.body.statements)
    const statement = statementAround(call.node)
    const names = constants.map(({ name }) => name)
    return constants
      .filter(constant => !names.some(name => name !== constant.name && mentions(constant.statement, name)))
      .map(constant => ({
        edits: [
          replaced(constant.statement, ''),
          inserted(statement.getStart(), `${constant.statement.getText().replace(/;$/, '')}; `),
        ],
        places: [call.node.getStart()],
      }))
  })

/** The variables that a step is given: without them, it finds all. */
const withoutList = inCalls(['minimize', 'variableGrads', 'computeGradients'], call => {
  const texts = operandTexts(call)
  const fewest = call.name === 'minimize' ? 3 : call.isMethod ? 2 : 1
  if (texts.length <= fewest) return undefined
  return callText(call, texts.slice(0, fewest))
})

/** Statements that write into parameters. */
const assignments = (program: Program): readonly ts.ExpressionStatement[] => {
  const found = callsOf(program, 'assign', 'setWeights', 'write')
    .map(({ node }) => statementAround(node))
    .filter(ts.isExpressionStatement)
  return [...new Set(found)]
}

/** `τ` and `1 − τ` of one statement exchanged. */
const exchangedRates = (program: Program): readonly Change[] =>
  program.nodes.flatMap((node): readonly Change[] => {
    const rate = complementOf(node)
    if (!rate) return []
    const statement = statementAround(node)
    const isInside = (other: ts.Node) =>
      other.getStart() >= node.getStart() && other.getEnd() <= node.getEnd()
    const other = nodesOf(statement).find(
      own =>
        own.getText() === rate &&
        ts.isExpression(own) &&
        !isInside(own) &&
        !ts.isPropertyAccessExpression(own.parent),
    )
    return other ? [{ edits: [replaced(node, rate), replaced(other, node.getText())] }] : []
  })

/** `τ` of `1 − τ` and `tf.sub(1, τ)`. */
function complementOf(node: ts.Node): string | undefined {
  if (ts.isBinaryExpression(node) && node.operatorToken.getText() === '-' && node.left.getText() === '1')
    return node.right.getText()
  return /^\w+\.sub\(1, ([\w.]+)\)$/.exec(node.getText())?.[1]
}

const isTarget = /target|frozen|old|slow|ema/i

/** Networks by their names, where one is called a target and one is not. */
function otherNetwork(text: string, program: Program): string | undefined {
  const names = program.calls
    .filter(({ name }) => name === 'predict' || name === 'apply')
    .map(({ operands: [network] }) => network?.getText() ?? '')
    .filter(name => /^[\w.]+$/.test(name))
  return names.find(name => isTarget.test(name) !== isTarget.test(text) && /^[\w.]+$/.test(name))
}

const swappedNetwork = inCalls(['predict', 'apply'], (call, program) => {
  const network = call.operands[0]?.getText() ?? ''
  if (
    !/^[\w.]+$/.test(network) ||
    !program.nodes.some(node => ts.isIdentifier(node) && isTarget.test(node.text))
  )
    return undefined
  const other = otherNetwork(network, program)
  return other === undefined ? undefined : callText(call, [other, ...operandTexts(call).slice(1)])
})

const optimizers = ['sgd', 'momentum', 'adagrad', 'adadelta', 'adam', 'adamax', 'rmsprop'] as const

const optimizerCalls = (program: Program): readonly Call[] =>
  callsOf(program, ...optimizers).filter(({ path }) => path.startsWith('train.'))

const otherRate = (program: Program): readonly Change[] =>
  optimizerCalls(program).flatMap(({ operands: [rate] }): readonly Change[] =>
    rate ? [{ edits: [replaced(rate, `${operandText(rate)} / 3`)], states: 'optimizer.learningRate' }] : [],
  )

const otherMoment = (program: Program): readonly Change[] =>
  optimizerCalls(program).flatMap(({ operands: [, moment] }): readonly Change[] =>
    moment && isNumber(moment)
      ? [{ edits: [replaced(moment, String(Number((1 - Number(moment.getText())).toPrecision(6))))] }]
      : [],
  )

const asConstant: Planting['changes'] = program =>
  callsOf(program, 'variable').flatMap((call): readonly Change[] => {
    const [value] = call.operands
    return value && call.path === 'variable' ? [{ edits: [replaced(call.node, operandText(value))] }] : []
  })

const frozen: Planting['changes'] = inCalls(['variable'], call =>
  call.path === 'variable' && call.operands[0]
    ? callText(call, [operandTexts(call)[0]!, 'false'])
    : undefined,
)

/** Faults of what trains what, and how. */
export const learning = {
  M19: {
    title: 'a gradient that has to be stopped',
    thread: 'datawhalechina/easy-rl#117',
    plantings: [
      { what: 'computes a target under the gradient', changes: insideOfTape },
      { what: 'trains all variables', codes: ['trained-parameters'], changes: withoutList },
    ],
  },
  M20: {
    title: 'a gradient that is stopped',
    thread: 'nikhilsinghmus/image2reverb#37',
    plantings: [{ what: 'computes a value before the gradient is taken', changes: outsideOfTape }],
  },
  M21: {
    title: 'a network that is updated never or twice',
    thread: 'AgileRL/AgileRL#464',
    plantings: [
      {
        what: 'drops an update',
        codes: ['update-missing', 'step-missing'],
        changes: program => assignments(program).map(statement => ({ edits: [replaced(statement, ';')] })),
      },
      {
        what: 'makes an update twice',
        codes: ['step-extra', 'update-different'],
        changes: program =>
          assignments(program).map(statement => ({
            edits: [inserted(statement.getEnd(), `; ${statement.getText()}`)],
          })),
      },
    ],
  },
  M22: {
    title: 'τ and 1 − τ exchanged',
    plantings: [
      { what: 'exchanges a rate and what it leaves', codes: ['update-different'], changes: exchangedRates },
    ],
  },
  M23: {
    title: 'the other network selects, or evaluates',
    thread: 'higgsfield/RL-Adventure#5',
    plantings: [{ what: 'asks the other network', changes: swappedNetwork }],
  },
  M29: {
    title: 'a parameter that does not train',
    thread: 'apache/mxnet#9613',
    plantings: [
      { what: 'makes a constant of a variable', changes: asConstant },
      { what: 'makes a variable that does not train', changes: frozen },
    ],
  },
  M40: {
    title: 'settings of the optimizer',
    plantings: [
      { what: 'changes the learning rate', codes: ['optimizer-setting-different'], changes: otherRate },
      { what: 'changes a moment', codes: ['optimizer-setting-different'], changes: otherMoment },
      {
        what: 'takes another optimizer',
        codes: ['optimizer-different'],
        changes: changedSetting(
          ['optimizer'],
          text => anotherText({ adam: 'adamax', sgd: 'adam', rmsprop: 'adamax' })(text) ?? "'adamax'",
        ),
      },
    ],
  },
} as const satisfies Readonly<Record<string, Operator>>
