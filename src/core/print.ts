import { layOut, type Printed } from './layout.js'
import { printExpression } from './print-expressions.js'
import { list, printBinding, printFunction, printTarget, printText, scopeList } from './print-parts.js'
import type { Export, Import, Module, Statement } from './program.js'

/**
 * A module as text, which `readModule` reads back. Lists are in parentheses; a variable is `name#id`; what is built
 * up from the left (members, calls, operators of two operands) is a list in brackets: its start, then each step.
 */
export function printModule(module: Module): string {
  const parts = [
    ...scopeList('scope', module.scope),
    ...scopeList('globals', module.globals),
    ...module.imports.map(printImport),
    ...module.exports.map(printExport),
    ...printStatements(module.body),
  ]
  return `${[list(['module', printText(module.path)]), ...parts].map(part => layOut(part)).join('\n')}\n`
}

function printImport({ binding, specifier, imported }: Import): Printed {
  return list(['import', printBinding(binding), printText(imported), printText(specifier)])
}

function printExport(entry: Export): Printed {
  if (entry.kind === 'local')
    return list(['export', printText(entry.exported), printBinding(entry.binding)])
  return list([
    'export-from',
    printText(entry.exported),
    printText(entry.imported),
    printText(entry.specifier),
  ])
}

export function printStatements(statements: readonly Statement[]): readonly Printed[] {
  return statements.map(printStatement)
}

function printStatement(statement: Statement): Printed {
  switch (statement.kind) {
    case 'expression':
      return printExpression(statement.expression)
    case 'declare':
      return list(
        ['declare', printTarget(statement.target), ...optional(statement.value, printExpression)],
        2,
      )
    case 'block':
      return list(['block', ...scopeList('scope', statement.scope), ...printStatements(statement.body)])
    case 'if':
      return list(
        [
          'if',
          printExpression(statement.condition),
          list(['then', ...printStatements(statement.consequent)]),
          ...(statement.otherwise.length > 0 ? [list(['else', ...printStatements(statement.otherwise)])] : []),
        ],
        2,
      )
    case 'loop':
      return list([
        'loop',
        ...labelOf(statement),
        ...(statement.testLast ? [':test-last'] : []),
        ...scopeList('scope', statement.scope),
        ...(statement.initial.length > 0 ? [list(['initial', ...printStatements(statement.initial)])] : []),
        ...optional(statement.condition, condition => list(['while', printExpression(condition)])),
        ...optional(statement.update, update => list(['update', printExpression(update)])),
        list(['do', ...printStatements(statement.body)]),
      ])
    case 'foreach':
      return list([
        'foreach',
        ...labelOf(statement),
        ...scopeList('scope', statement.scope),
        list([statement.over, printTarget(statement.target), printExpression(statement.collection)]),
        list(['do', ...printStatements(statement.body)]),
      ])
    case 'switch':
      return list([
        'switch',
        ...labelOf(statement),
        ...scopeList('scope', statement.scope),
        list(['subject', printExpression(statement.subject)]),
        ...statement.cases.map(({ test, body }) =>
          test
            ? list(['case', printExpression(test), ...printStatements(body)], 2)
            : list(['default', ...printStatements(body)]),
        ),
      ])
    case 'return':
      return list(['return', ...optional(statement.value, printExpression)])
    case 'break':
    case 'continue':
      return list([statement.kind, ...labelOf(statement)])
    case 'throw':
      return list(['throw', printExpression(statement.value)])
    case 'try': {
      const { handler, finalizer } = statement
      return list([
        'try',
        list(['do', ...printStatements(statement.body)]),
        ...optional(handler, ({ scope, parameter, body }) =>
          list([
            'catch',
            ...scopeList('scope', scope),
            ...optional(parameter, target => list(['error', printTarget(target)])),
            ...printStatements(body),
          ]),
        ),
        ...(finalizer.length > 0 ? [list(['finally', ...printStatements(finalizer)])] : []),
      ])
    }
  }
}

function labelOf({ label }: { readonly label?: string }): readonly Printed[] {
  return label === undefined ? [] : [`:label`, printText(label)]
}

function optional<Part>(part: Part | undefined, print: (part: Part) => Printed): readonly Printed[] {
  return part === undefined ? [] : [print(part)]
}

export { printFunction }
