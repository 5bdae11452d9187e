import { layOut, list, type Printed } from './layout.js'
import { printBinding, printExpression, printNames, printTarget, printText } from './print-expressions.js'
import type { Export, Module, Statement } from './program.js'

/**
 * A module as text, which `readModule` reads back. Lists are in parentheses and start with what they are. A variable is
 * `name#id`. What is built up from the left (members, calls, operators of two operands) is one list in square
 * brackets: where it starts, then step by step: `[tf#0 .layers .dense (call (object (units: 10)))]`.
 */
export function printModule(module: Module): string {
  const parts = [
    list(['module', printText(module.path)]),
    ...printNames('scope', module.scope),
    ...printNames('globals', module.globals),
    ...module.imports.map(({ binding, specifier, imported }) =>
      list(['import', printBinding(binding), printText(imported), printText(specifier)]),
    ),
    ...module.exports.map(printExport),
    ...printStatements(module.body),
  ]
  return `${parts.map(part => layOut(part)).join('\n')}\n`
}

function printExport(entry: Export): Printed {
  const exported = printText(entry.exported)
  return entry.kind === 'local'
    ? list(['export', exported, printBinding(entry.binding)])
    : list(['reexport', exported, printText(entry.imported), printText(entry.specifier)])
}

export function printStatements(statements: readonly Statement[]): readonly Printed[] {
  return statements.map(printStatement)
}

function printStatement(statement: Statement): Printed {
  switch (statement.kind) {
    case 'expression':
      return printExpression(statement.expression)
    case 'declare': {
      const value = statement.value ? [printExpression(statement.value)] : []
      return list(['declare', printTarget(statement.target), ...value], 3)
    }
    case 'block':
      return list(['block', ...printNames('scope', statement.scope), ...printStatements(statement.body)])
    case 'if': {
      const { condition, consequent, otherwise } = statement
      return list(
        ['if', printExpression(condition), ...part('then', consequent), ...part('else', otherwise)],
        2,
      )
    }
    case 'loop': {
      const { condition, update } = statement
      return list([
        'loop',
        ...printLabel(statement.label),
        ...(statement.testLast ? [':testLast'] : []),
        ...printNames('scope', statement.scope),
        ...part('initial', statement.initial),
        ...(condition ? [list(['while', printExpression(condition)], 2)] : []),
        ...(update ? [list(['update', printExpression(update)], 2)] : []),
        ...part('do', statement.body),
      ])
    }
    case 'foreach': {
      const { over, target, collection } = statement
      return list([
        'foreach',
        ...printLabel(statement.label),
        ...printNames('scope', statement.scope),
        list([over, printTarget(target), printExpression(collection)], 3),
        ...part('do', statement.body),
      ])
    }
    case 'switch':
      return list([
        'switch',
        ...printLabel(statement.label),
        ...printNames('scope', statement.scope),
        list(['subject', printExpression(statement.subject)], 2),
        ...statement.cases.map(({ test, body }) =>
          test
            ? list(['case', printExpression(test), ...printStatements(body)], 2)
            : list(['default', ...printStatements(body)]),
        ),
      ])
    case 'return':
      return list(['return', ...(statement.value ? [printExpression(statement.value)] : [])], 2)
    case 'break':
    case 'continue':
      return list([statement.kind, ...printLabel(statement.label)])
    case 'throw':
      return list(['throw', printExpression(statement.value)], 2)
    case 'try': {
      const { handler } = statement
      return list([
        'try',
        ...part('do', statement.body),
        ...(handler ? [printHandler(handler)] : []),
        ...part('finally', statement.finalizer),
      ])
    }
  }
}

function printHandler({
  scope,
  parameter,
  body,
}: NonNullable<Extract<Statement, { kind: 'try' }>['handler']>): Printed {
  const error = parameter ? [list(['error', printTarget(parameter)])] : []
  return list(['catch', ...printNames('scope', scope), ...error, ...printStatements(body)])
}

/** Statements under a word; none at all are left out. */
function part(word: string, statements: readonly Statement[]): readonly Printed[] {
  return statements.length > 0 ? [list([word, ...printStatements(statements)])] : []
}

function printLabel(label: string | undefined): readonly Printed[] {
  return label === undefined ? [] : [list(['label', printText(label)])]
}
