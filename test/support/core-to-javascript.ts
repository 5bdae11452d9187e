import type {
  Binding,
  ClassMember,
  Element,
  Expression,
  FunctionCode,
  Module,
  PatternElement,
  Statement,
  Target,
} from '../../src/core/program.js'

/**
 * Writes a module of the core language as JavaScript, construct by construct and with unique names, so that running it
 * can be compared with running the source. It is the body of an async function.
 */
export function coreToJavaScript(module: Module): string {
  const writer = new Writer(module)
  return `${names(writer, module.scope)}${statements(writer, module.body)}\n${exportsOf(writer, module)}`
}

class Writer {
  readonly #globals: ReadonlyMap<number, string>
  readonly #arguments = new Set<number>()
  isAsync = true

  constructor(module: Module) {
    this.#globals = new Map(module.globals.map(({ id, name }) => [id, name]))
  }

  name({ id, name }: Binding): string {
    if (this.#arguments.has(id)) return 'arguments'
    const global = this.#globals.get(id)
    if (global === 'import') return '$import'
    return global ?? `v${id}${/^\w*$/.test(name) ? `_${name}` : ''}`
  }

  bindArguments({ id }: Binding): void {
    this.#arguments.add(id)
  }

  inFunction(isAsync: boolean, write: () => string): string {
    const outer = this.isAsync
    this.isAsync = isAsync
    const text = write()
    this.isAsync = outer
    return text
  }
}

function exportsOf(writer: Writer, { exports }: Module): string {
  const fields = exports.flatMap(entry =>
    entry.kind === 'local' ? [`${JSON.stringify(entry.exported)}: ${writer.name(entry.binding)}`] : [],
  )
  return fields.length > 0 ? `Object.assign(exports, { ${fields.join(', ')} })` : ''
}

function names(writer: Writer, scope: readonly Binding[]): string {
  return scope.length > 0 ? `let ${scope.map(binding => writer.name(binding)).join(', ')}\n` : ''
}

function statements(writer: Writer, body: readonly Statement[]): string {
  return body.map(statement => `${write(writer, statement)};\n`).join('')
}

function write(writer: Writer, statement: Statement): string {
  const label = 'label' in statement && statement.label !== undefined ? statement.label : undefined
  const start = label === undefined ? '' : `${label}: `
  switch (statement.kind) {
    case 'expression':
      return `;(${expression(writer, statement.expression)})`
    case 'declare': {
      const value = statement.value ? expression(writer, statement.value) : 'undefined'
      return `;(${target(writer, statement.target)} = ${value})`
    }
    case 'block':
      return `{ ${names(writer, statement.scope)}${statements(writer, statement.body)} }`
    case 'if': {
      const { condition, consequent, otherwise } = statement
      return `if (${expression(writer, condition)}) { ${statements(writer, consequent)} } else { ${statements(writer, otherwise)} }`
    }
    case 'loop': {
      const condition = statement.condition ? expression(writer, statement.condition) : 'true'
      const body = statements(writer, statement.body)
      if (statement.testLast) return `${start}do { ${body} } while (${condition})`
      const initial = statement.initial.map(inner => write(writer, inner).replace(/^;/, '')).join(', ')
      const scope = [...statement.scope.map(binding => writer.name(binding)), `$initial = (${initial || 0})`]
      const update = statement.update ? expression(writer, statement.update) : ''
      return `${start}for (let ${scope.join(', ')}; ${condition}; ${update}) { ${body} }`
    }
    case 'foreach': {
      const collection = expression(writer, statement.collection)
      const head = statement.over === 'keys' ? 'in' : 'of'
      const word = writer.isAsync && head === 'of' ? 'for await' : 'for'
      const assign = `;(${target(writer, statement.target)} = $item);`
      return `${start}${word} (const $item ${head} ${collection}) { ${names(writer, statement.scope)}${assign} ${statements(writer, statement.body)} }`
    }
    case 'switch': {
      const cases = statement.cases.map(({ test, body }) => {
        const head = test ? `case ${expression(writer, test)}` : 'default'
        return `${head}: ${statements(writer, body)}`
      })
      // A variable cannot be declared between the subject and the cases, so it stands around both.
      return `{ ${names(writer, statement.scope)}${start}switch (${expression(writer, statement.subject)}) { ${cases.join('\n')} } }`
    }
    case 'return':
      return `return ${statement.value ? expression(writer, statement.value) : ''}`
    case 'break':
    case 'continue':
      return `${statement.kind} ${label ?? ''}`
    case 'throw':
      return `throw ${expression(writer, statement.value)}`
    case 'try': {
      const { handler, finalizer } = statement
      const caught = handler
        ? `catch ($error) { ${names(writer, handler.scope)}${
            handler.parameter ? `;(${target(writer, handler.parameter)} = $error);` : ''
          } ${statements(writer, handler.body)} }`
        : ''
      const last = finalizer.length > 0 || !handler ? `finally { ${statements(writer, finalizer)} }` : ''
      return `try { ${statements(writer, statement.body)} } ${caught} ${last}`
    }
  }
}

const prefixes: Readonly<Record<string, string>> = { negate: '-', number: '+', not: '!', bitnot: '~' }
const logical = { and: '&&', or: '||', coalesce: '??' } as const

function expression(writer: Writer, node: Expression): string {
  const recur = (inner: Expression) => expression(writer, inner)
  switch (node.kind) {
    case 'literal':
      if (node.value === undefined) return 'undefined'
      return typeof node.value === 'number'
        ? `(${Object.is(node.value, -0) ? '-0' : node.value})`
        : JSON.stringify(node.value)
    case 'variable':
      return writer.name(node.binding)
    case 'this':
    case 'super':
      return node.kind
    case 'array':
      return `[${elements(writer, node.elements)}${node.elements.at(-1)?.kind === 'hole' ? ',' : ''}]`
    case 'object':
      return `({ ${node.entries
        .map(entry => {
          if (entry.kind === 'spread') return `...${recur(entry.value)}`
          if (entry.kind === 'property') return `[${recur(entry.key)}]: ${recur(entry.value)}`
          return accessor(writer, entry.kind, recur(entry.key), entry.function)
        })
        .join(', ')} })`
    case 'function':
      return functionOf(writer, node.function)
    case 'class': {
      const { binding, parent, constructor_, members } = node.class
      // Static members can use the class by its name before the class expression is done.
      const bind = binding ? `static { ${writer.name(binding)} = this }` : ''
      const inner = `class ${parent ? `extends ${recur(parent)}` : ''} { ${bind}
        ${constructor_ ? `constructor${callable(writer, constructor_)}` : ''}
        ${members.map(part => member(writer, part)).join('\n')} }`
      const named = `$named(${JSON.stringify(node.class.name)}, ${inner})`
      return binding ? `(() => { let ${writer.name(binding)}; return ${named} })()` : named
    }
    case 'member':
      return `${operand(writer, node.object)}${node.optional ? '?.' : ''}[${recur(node.key)}]`
    case 'call': {
      const args = elements(writer, node.arguments)
      if (node.construct) return `(new (${recur(node.callee)})(${args}))`
      return `${operand(writer, node.callee)}${node.optional ? '?.' : ''}(${args})`
    }
    case 'chain':
      return `(${recur(node.expression)})`
    case 'operator': {
      const [first, second] = node.operands.map(recur)
      const prefix = prefixes[node.operator]
      if (prefix !== undefined) return `(${prefix} ${first})`
      if (node.operator === 'typeof') return `(typeof ${first})`
      if (node.operator === 'delete') return `(delete (${first})[${second}])`
      if (node.operator === 'template') return `$template(${node.operands.map(recur).join(', ')})`
      return `((${first}) ${node.operator} (${second}))`
    }
    case 'logical':
      return `((${recur(node.left)}) ${logical[node.operator]} (${recur(node.right)}))`
    case 'conditional':
      return `((${recur(node.condition)}) ? (${recur(node.consequent)}) : (${recur(node.otherwise)}))`
    case 'assign':
      return `(${target(writer, node.target)} = ${recur(node.value)})`
    case 'sequence':
      return `(${node.expressions.map(recur).join(', ')})`
    case 'with':
      return `((${writer.name(node.binding)}) => ${recur(node.body)})(${recur(node.value)})`
    case 'await':
      return `(await ${recur(node.value)})`
    case 'yield':
      return `(yield${node.delegate ? '*' : ''} ${recur(node.value)})`
    case 'unsupported':
      throw new Error(`${node.what} cannot be run`)
  }
}

/** What stands before a member or a call; a function there needs parentheses. */
function operand(writer: Writer, node: Expression): string {
  const text = expression(writer, node)
  return node.kind === 'member' || node.kind === 'call' || node.kind === 'super' || node.kind === 'variable'
    ? text
    : `(${text})`
}

function elements(writer: Writer, list: readonly Element[]): string {
  return list
    .map(element => {
      if (element.kind === 'hole') return ''
      const value = expression(writer, element.value)
      return element.kind === 'spread' ? `...${value}` : value
    })
    .join(', ')
}

function target(writer: Writer, place: Target): string {
  switch (place.kind) {
    case 'variable':
      return writer.name(place.binding)
    case 'member':
      return `${operand(writer, place.object)}[${expression(writer, place.key)}]`
    case 'arrayPattern':
      return `[${[
        ...place.elements.map(element => (element ? patternElement(writer, element) : '')),
        ...(place.rest ? [`...${target(writer, place.rest)}`] : []),
      ].join(', ')}${place.elements.at(-1) === null && !place.rest ? ',' : ''}]`
    case 'objectPattern': {
      const fields = place.entries.map(
        ({ key, element }) => `[${expression(writer, key)}]: ${patternElement(writer, element)}`,
      )
      const rest = place.rest ? [`...${target(writer, place.rest)}`] : []
      const pattern = `{ ${[...fields, ...rest].join(', ')} }`
      return pattern
    }
  }
}

function patternElement(writer: Writer, element: PatternElement): string {
  const place = target(writer, element.target)
  return element.default ? `${place} = ${expression(writer, element.default)}` : place
}

/** Parameters and body. All parameters arrive in one list and are assigned in order, as the core says. */
function callable(writer: Writer, code: FunctionCode, arrow = '', head = '...$parameters'): string {
  return writer.inFunction(code.async, () => {
    if (code.argumentsBinding) writer.bindArguments(code.argumentsBinding)
    const parameters: PatternElement[] = [...code.parameters]
    const list: Target = {
      kind: 'arrayPattern',
      elements: parameters,
      ...(code.rest && { rest: code.rest }),
      span: code.span,
    }
    const assign = parameters.length > 0 || code.rest ? `;(${target(writer, list)} = $parameters);` : ''
    const given = head === '$value' ? 'const $parameters = [$value]\n' : ''
    return `(${head})${arrow} { ${given}${names(writer, code.scope)}${assign}\n${statements(writer, code.body)} }`
  })
}

function functionOf(writer: Writer, code: FunctionCode): string {
  const prefix = code.async ? 'async ' : ''
  const text = code.arrow
    ? `${prefix}${callable(writer, code, ' =>')}`
    : `${prefix}function${code.generator ? '*' : ''} ${callable(writer, code)}`
  return `$named(${JSON.stringify(code.name)}, ${text})`
}

function member(writer: Writer, { kind, static: isStatic, key, function: code }: ClassMember): string {
  const start = isStatic ? 'static ' : ''
  const name = `[${expression(writer, key)}]`
  const body = () => `(() => { ${names(writer, code.scope)}${statements(writer, code.body)} })()`
  if (kind === 'initializer') return `static { ${body()} }`
  if (kind === 'field') return `${start}${name} = ${body()};`
  if (kind === 'method')
    return `${start}${code.async ? 'async ' : ''}${code.generator ? '*' : ''}${name}${callable(writer, code)}`
  return `${start}${accessor(writer, kind, expression(writer, key), code)}`
}

function accessor(writer: Writer, kind: 'getter' | 'setter', key: string, code: FunctionCode): string {
  return kind === 'getter'
    ? `get [${key}]${callable(writer, code, '', '')}`
    : `set [${key}]${callable(writer, code, '', '$value')}`
}
