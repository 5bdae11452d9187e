import { sourceFile } from '../text/source.js'
import type { Export, Import, Module, Statement } from './program.js'
import { Reader } from './read-expressions.js'
import { type Item, Items, isList, readItems } from './read-lists.js'

/** Reads what `printModule` prints. Spans are empty. Throws on other text. */
export function readModule(text: string): Module {
  const items = new Items(readItems(text))
  const path = items.part('module')?.text()
  if (path === undefined) throw new Error('a module starts with (module …)')
  const reader = new Reader({ file: sourceFile(path, ''), start: 0, end: 0 }, readStatements)
  const scope = reader.names(items, 'scope')
  const globals = reader.names(items, 'globals')
  const imports: Import[] = []
  for (let part = items.part('import'); part; part = items.part('import')) {
    const binding = reader.binding(part.word())
    imports.push({ binding, imported: part.text(), specifier: part.text(), span: reader.span })
  }
  const exports: Export[] = []
  for (let entry = readExport(reader, items); entry; entry = readExport(reader, items)) exports.push(entry)
  return { path, scope, body: readStatements(reader, items), imports, exports, globals }
}

function readExport(reader: Reader, items: Items): Export | undefined {
  const { span } = reader
  const own = items.part('export')
  if (own) return { kind: 'local', exported: own.text(), binding: reader.binding(own.word()), span }
  const other = items.part('reexport')
  return (
    other && { kind: 'from', exported: other.text(), imported: other.text(), specifier: other.text(), span }
  )
}

function readStatements(reader: Reader, items: Items): readonly Statement[] {
  return items.all(item => readStatement(reader, item))
}

function readStatement(reader: Reader, item: Item): Statement {
  const { span } = reader
  const word = isList(item) && item.open === '(' ? item.items[0] : undefined
  const read = typeof word === 'string' ? statements.get(word) : undefined
  if (!isList(item) || !read) return { kind: 'expression', expression: reader.expression(item), span }
  return read(reader, new Items(item.items.slice(1)))
}

/** How each statement is read; all else is an expression. */
const statements: ReadonlyMap<string, (reader: Reader, items: Items) => Statement> = new Map<
  string,
  (reader: Reader, items: Items) => Statement
>([
  [
    'declare',
    (reader, items) => {
      const target = reader.target(items.next())
      const value = items.isEmpty ? {} : { value: reader.expression(items.next()) }
      return { kind: 'declare', target, ...value, span: reader.span }
    },
  ],
  [
    'block',
    (reader, items) => {
      const scope = reader.names(items, 'scope')
      return { kind: 'block', scope, body: readStatements(reader, items), span: reader.span }
    },
  ],
  [
    'if',
    (reader, items) => {
      const condition = reader.expression(items.next())
      const consequent = part(reader, items, 'then')
      return { kind: 'if', condition, consequent, otherwise: part(reader, items, 'else'), span: reader.span }
    },
  ],
  [
    'loop',
    (reader, items) => {
      const head = { ...label(items), testLast: items.flag(':testLast'), scope: reader.names(items, 'scope') }
      const initial = part(reader, items, 'initial')
      const condition = items.part('while')?.next()
      const update = items.part('update')?.next()
      return {
        kind: 'loop',
        ...head,
        initial,
        ...(condition !== undefined && { condition: reader.expression(condition) }),
        ...(update !== undefined && { update: reader.expression(update) }),
        body: part(reader, items, 'do'),
        span: reader.span,
      }
    },
  ],
  [
    'foreach',
    (reader, items) => {
      const head = { ...label(items), scope: reader.names(items, 'scope') }
      const values = items.part('values')
      const visited = values ?? items.part('keys')
      if (!visited) throw new Error('a foreach goes over values or keys')
      const target = reader.target(visited.next())
      const collection = reader.expression(visited.next())
      const over = values ? 'values' : 'keys'
      return {
        kind: 'foreach',
        ...head,
        over,
        target,
        collection,
        body: part(reader, items, 'do'),
        span: reader.span,
      }
    },
  ],
  [
    'switch',
    (reader, items) => {
      const head = { ...label(items), scope: reader.names(items, 'scope') }
      const subject = items.part('subject')?.next()
      if (subject === undefined) throw new Error('a switch has a subject')
      const cases = []
      while (!items.isEmpty) {
        const tested = items.part('case')
        const other = tested ?? items.part('default')
        if (!other) throw new Error('a switch holds cases')
        const test = tested ? { test: reader.expression(tested.next()) } : {}
        cases.push({ ...test, body: readStatements(reader, other) })
      }
      return { kind: 'switch', ...head, subject: reader.expression(subject), cases, span: reader.span }
    },
  ],
  [
    'return',
    (reader, items) => {
      const value = items.isEmpty ? {} : { value: reader.expression(items.next()) }
      return { kind: 'return', ...value, span: reader.span }
    },
  ],
  ['break', (reader, items) => ({ kind: 'break', ...label(items), span: reader.span })],
  ['continue', (reader, items) => ({ kind: 'continue', ...label(items), span: reader.span })],
  [
    'throw',
    (reader, items) => ({ kind: 'throw', value: reader.expression(items.next()), span: reader.span }),
  ],
  [
    'try',
    (reader, items) => {
      const body = part(reader, items, 'do')
      const caught = items.part('catch')
      const handler = caught && readHandler(reader, caught)
      const finalizer = part(reader, items, 'finally')
      return { kind: 'try', body, ...(handler && { handler }), finalizer, span: reader.span }
    },
  ],
])

function readHandler(
  reader: Reader,
  items: Items,
): NonNullable<Extract<Statement, { kind: 'try' }>['handler']> {
  const scope = reader.names(items, 'scope')
  const error = items.part('error')?.next()
  const parameter = error === undefined ? {} : { parameter: reader.target(error) }
  return { scope, ...parameter, body: readStatements(reader, items) }
}

function part(reader: Reader, items: Items, word: string): readonly Statement[] {
  const inner = items.part(word)
  return inner ? readStatements(reader, inner) : []
}

function label(items: Items): { readonly label?: string } {
  const inner = items.part('label')
  return inner ? { label: inner.text() } : {}
}
