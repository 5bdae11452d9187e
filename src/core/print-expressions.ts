import { list, type Printed, steps } from './layout.js'
import { printStatements } from './print.js'
import type {
  Binding,
  ClassCode,
  ClassMember,
  Element,
  Entry,
  Expression,
  FunctionCode,
  PatternElement,
  Target,
} from './program.js'

/** Keys that can be written without quotes. */
export const plainKey = /^#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u

export function printText(text: string): Printed {
  return JSON.stringify(text)
}

export function printBinding({ name, id }: Binding): string {
  return `${name}#${id}`
}

/** A list of variables under a word; none at all are left out. */
export function printNames(word: string, bindings: readonly Binding[]): readonly Printed[] {
  return bindings.length > 0 ? [list([word, ...bindings.map(printBinding)])] : []
}

export function printExpression(expression: Expression): Printed {
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression.value)
    case 'variable':
      return printBinding(expression.binding)
    case 'this':
    case 'super':
      return expression.kind
    case 'array':
      return list(['array', ...expression.elements.map(printElement)])
    case 'object':
      return list(['object', ...expression.entries.map(printEntry)])
    case 'function':
      return printFunction(expression.function)
    case 'class':
      return printClass(expression.class)
    case 'member':
    case 'call':
    case 'logical':
      return printSteps(expression)
    case 'operator': {
      const { operator, operands } = expression
      if (operands.length === 2) return printSteps(expression)
      return list(['operator', printText(operator), ...operands.map(printExpression)], 2)
    }
    case 'chain':
      return list(['chain', printExpression(expression.expression)], 2)
    case 'conditional': {
      const { condition, consequent, otherwise } = expression
      return list(['conditional', ...[condition, consequent, otherwise].map(printExpression)])
    }
    case 'assign':
      return list(['assign', printTarget(expression.target), printExpression(expression.value)], 3)
    case 'sequence':
      return list(['sequence', ...expression.expressions.map(printExpression)])
    case 'with': {
      const { binding, value, body } = expression
      return list(['with', printBinding(binding), printExpression(value), printExpression(body)], 3)
    }
    case 'await':
      return list(['await', printExpression(expression.value)], 2)
    case 'yield':
      return list([expression.delegate ? 'yieldAll' : 'yield', printExpression(expression.value)], 2)
    case 'unsupported':
      return list(['unsupported', printText(expression.what)])
  }
}

function printLiteral(value: Extract<Expression, { kind: 'literal' }>['value']): Printed {
  if (typeof value === 'string') return printText(value)
  return Object.is(value, -0) ? '-0' : String(value)
}

/** From the outside in without recursion: chains can be as long as the file. */
function printSteps(expression: Expression): Printed {
  const reversed: Printed[] = []
  let inner: Expression = expression
  for (let step = stepOf(inner); step; step = stepOf(inner)) {
    reversed.push(step.printed)
    inner = step.inner
  }
  const items = [printExpression(inner), ...reversed.reverse()]
  const head = items.findIndex((item, i) => i > 0 && typeof item !== 'string')
  return steps(items, Math.max(1, head))
}

function stepOf(
  expression: Expression,
): { readonly inner: Expression; readonly printed: Printed } | undefined {
  switch (expression.kind) {
    case 'member': {
      const { object: inner, key, optional } = expression
      const mark = optional ? '?' : ''
      const isPlain = key.kind === 'literal' && typeof key.value === 'string' && plainKey.test(key.value)
      const printed = isPlain ? `${mark}.${key.value}` : list([`at${mark}`, printExpression(key)], 2)
      return { inner, printed }
    }
    case 'call': {
      const { callee: inner, arguments: args, optional, construct } = expression
      const word = `${construct ? 'new' : 'call'}${optional ? '?' : ''}`
      return { inner, printed: list([word, ...args.map(printElement)]) }
    }
    case 'logical':
      return {
        inner: expression.left,
        printed: list([expression.operator, printExpression(expression.right)], 2),
      }
    case 'operator': {
      const [inner, right] = expression.operands
      if (!inner || !right || expression.operands.length > 2) return undefined
      return { inner, printed: list([expression.operator, printExpression(right)], 2) }
    }
    default:
      return undefined
  }
}

function printElement(element: Element): Printed {
  if (element.kind === 'hole') return 'hole'
  const value = printExpression(element.value)
  return element.kind === 'spread' ? list(['spread', value], 2) : value
}

function printEntry(entry: Entry): Printed {
  if (entry.kind === 'spread') return list(['spread', printExpression(entry.value)], 2)
  if (entry.kind === 'property') return printField(entry.key, printExpression(entry.value))
  return list([entry.kind, printExpression(entry.key), printFunction(entry.function)], 3)
}

/** `(units: 10)`, or `(: key 10)` where the key is no plain name. */
function printField(key: Expression, value: Printed): Printed {
  const isPlain = key.kind === 'literal' && typeof key.value === 'string' && plainKey.test(key.value)
  return isPlain ? list([`${key.value}:`, value], 2) : list([':', printExpression(key), value], 3)
}

export function printTarget(target: Target): Printed {
  switch (target.kind) {
    case 'variable':
      return printBinding(target.binding)
    case 'member':
      return printExpression({ ...target, optional: false })
    case 'arrayPattern':
      return list([
        'items',
        ...target.elements.map(element => (element ? printPatternElement(element) : 'hole')),
        ...printRest(target.rest),
      ])
    case 'objectPattern':
      return list([
        'fields',
        ...target.entries.map(({ key, element }) => printField(key, printPatternElement(element))),
        ...printRest(target.rest),
      ])
  }
}

function printRest(rest: Target | undefined): readonly Printed[] {
  return rest ? [list(['rest', printTarget(rest)])] : []
}

function printPatternElement(element: PatternElement): Printed {
  const target = printTarget(element.target)
  return element.default ? list(['or', target, printExpression(element.default)], 3) : target
}

function printFunction(code: FunctionCode): Printed {
  const flags = [
    ...(code.async ? [':async'] : []),
    ...(code.generator ? [':generator'] : []),
    ...(code.arrow ? [':arrow'] : []),
  ]
  return list(
    [
      'function',
      printText(code.name),
      ...flags,
      list(['parameters', ...code.parameters.map(printPatternElement), ...printRest(code.rest)]),
      ...printNames('scope', code.scope),
      ...printNames('arguments', code.argumentsBinding ? [code.argumentsBinding] : []),
      ...printStatements(code.body),
    ],
    3 + flags.length,
  )
}

function printClass({ name, binding, parent, constructor_, members }: ClassCode): Printed {
  return list(
    [
      'class',
      printText(name),
      ...printNames('scope', binding ? [binding] : []),
      ...(parent ? [list(['extends', printExpression(parent)], 2)] : []),
      ...(constructor_ ? [list(['constructor', printFunction(constructor_)], 2)] : []),
      ...members.map(printMember),
    ],
    2,
  )
}

function printMember(member: ClassMember): Printed {
  const head = member.static ? ['static', member.kind] : [member.kind]
  return list([...head, printExpression(member.key), printFunction(member.function)], head.length + 2)
}
