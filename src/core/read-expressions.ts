import type { Span } from '../text/source.js'
import type {
  Binding,
  ClassCode,
  ClassMember,
  Element,
  Entry,
  Expression,
  FunctionCode,
  PatternElement,
  Statement,
  Target,
} from './program.js'
import { type Item, Items, isList, type List } from './read-lists.js'

type Literal = Extract<Expression, { kind: 'literal' }>['value']

const words: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
])

const logical = new Set<string>(['and', 'or', 'coalesce'] satisfies Extract<
  Expression,
  { kind: 'logical' }
>['operator'][])

function isLogical(word: string): word is Extract<Expression, { kind: 'logical' }>['operator'] {
  return logical.has(word)
}

const memberKinds = ['method', 'getter', 'setter', 'field', 'initializer'] as const

/** Reads printed expressions, targets, functions and classes; each variable of a module becomes one binding. */
export class Reader {
  /** Stands for the spans, which are not printed. */
  readonly span: Span
  readonly #statements: (reader: Reader, items: Items) => readonly Statement[]
  readonly #bindings = new Map<number, Binding>()

  constructor(span: Span, statements: (reader: Reader, items: Items) => readonly Statement[]) {
    this.span = span
    this.#statements = statements
  }

  binding(word: string): Binding {
    const at = word.lastIndexOf('#')
    const id = Number(word.slice(at + 1))
    const known = this.#bindings.get(id)
    if (known) return known
    const binding = { name: word.slice(0, at), id, span: this.span }
    this.#bindings.set(id, binding)
    return binding
  }

  /** The variables under a word, if the next list has it. */
  names(items: Items, word: string): readonly Binding[] {
    const inner = items.part(word)
    return inner ? inner.all(item => this.binding(wordOf(item))) : []
  }

  expression(item: Item): Expression {
    const { span } = this
    if (typeof item === 'string') return this.#atom(item)
    if (!isList(item)) return { kind: 'literal', value: item.text, span }
    if (item.open === '[') return this.#steps(item)
    const items = new Items(item.items)
    const word = items.word()
    const next = () => this.expression(items.next())
    switch (word) {
      case 'array':
        return { kind: 'array', elements: items.all(inner => this.#element(inner)), span }
      case 'object':
        return { kind: 'object', entries: items.all(inner => this.#entry(inner)), span }
      case 'function':
        return { kind: 'function', function: this.#function(items), span }
      case 'class':
        return { kind: 'class', class: this.#class(items), span }
      case 'operator': {
        const operator = items.text()
        return { kind: 'operator', operator, operands: items.all(inner => this.expression(inner)), span }
      }
      case 'chain':
        return { kind: 'chain', expression: next(), span }
      case 'conditional':
        return { kind: 'conditional', condition: next(), consequent: next(), otherwise: next(), span }
      case 'assign':
        return { kind: 'assign', target: this.target(items.next()), value: next(), span }
      case 'sequence':
        return { kind: 'sequence', expressions: items.all(inner => this.expression(inner)), span }
      case 'with':
        return { kind: 'with', binding: this.binding(items.word()), value: next(), body: next(), span }
      case 'await':
        return { kind: 'await', value: next(), span }
      case 'yield':
      case 'yieldAll':
        return { kind: 'yield', value: next(), delegate: word === 'yieldAll', span }
      case 'unsupported':
        return { kind: 'unsupported', what: items.text(), span }
      default:
        throw new Error(`no expression starts with ${word}`)
    }
  }

  #atom(word: string): Expression {
    const { span } = this
    if (word === 'this' || word === 'super') return { kind: word, span }
    if (words.has(word)) return { kind: 'literal', value: words.get(word), span }
    if (word.includes('#')) return { kind: 'variable', binding: this.binding(word), span }
    const value = Number(word)
    if (Number.isNaN(value)) throw new Error(`unreadable word ${word}`)
    return { kind: 'literal', value, span }
  }

  #steps(list: List): Expression {
    const items = new Items(list.items)
    let expression = this.expression(items.next())
    while (!items.isEmpty) expression = this.#step(expression, items.next())
    return expression
  }

  #step(inner: Expression, step: Item): Expression {
    const { span } = this
    if (typeof step === 'string') {
      const [mark = '', ...name] = step.split('.')
      const key: Expression = { kind: 'literal', value: name.join('.'), span }
      return { kind: 'member', object: inner, key, optional: mark === '?', span }
    }
    const items = new Items(isList(step) ? step.items : [])
    const word = items.word()
    const optional = word.endsWith('?')
    switch (word) {
      case 'at':
      case 'at?':
        return { kind: 'member', object: inner, key: this.expression(items.next()), optional, span }
      case 'call':
      case 'call?':
      case 'new': {
        const args = items.all(item => this.#element(item))
        return { kind: 'call', callee: inner, arguments: args, optional, construct: word === 'new', span }
      }
      default: {
        const right = this.expression(items.next())
        return isLogical(word)
          ? { kind: 'logical', operator: word, left: inner, right, span }
          : { kind: 'operator', operator: word, operands: [inner, right], span }
      }
    }
  }

  #element(item: Item): Element {
    if (item === 'hole') return { kind: 'hole' }
    const spread = partOf(item, 'spread')
    if (spread) return { kind: 'spread', value: this.expression(spread.next()) }
    return { kind: 'item', value: this.expression(item) }
  }

  #entry(item: Item): Entry {
    const { span } = this
    const items = itemsOf(item)
    const word = items.word()
    if (word === 'spread') return { kind: 'spread', value: this.expression(items.next()), span }
    if (word === 'getter' || word === 'setter') {
      const key = this.expression(items.next())
      return { kind: word, key, function: this.#functionOf(items.next()), span }
    }
    const key = this.#key(word, items)
    return { kind: 'property', key, value: this.expression(items.next()), span }
  }

  /** The key of a field: before the colon, or the next item. */
  #key(word: string, items: Items): Expression {
    if (word === ':') return this.expression(items.next())
    return { kind: 'literal', value: word.slice(0, -1), span: this.span }
  }

  target(item: Item): Target {
    const { span } = this
    if (isList(item) && item.open === '(') {
      const items = new Items(item.items)
      const word = items.word()
      const rest = (inner: Item | undefined) => {
        const part = inner === undefined ? undefined : partOf(inner, 'rest')
        return part ? { rest: this.target(part.next()) } : {}
      }
      const all = items.all(inner => inner)
      const plain = all.filter(inner => !partOf(inner, 'rest'))
      if (word === 'items') {
        const elements = plain.map(inner => (inner === 'hole' ? null : this.#patternElement(inner)))
        return { kind: 'arrayPattern', elements, ...rest(all.at(-1)), span }
      }
      if (word === 'fields') {
        const entries = plain.map(inner => {
          const field = itemsOf(inner)
          return { key: this.#key(field.word(), field), element: this.#patternElement(field.next()) }
        })
        return { kind: 'objectPattern', entries, ...rest(all.at(-1)), span }
      }
      throw new Error(`no target starts with ${word}`)
    }
    const place = this.expression(item)
    if (place.kind === 'variable') return place
    if (place.kind === 'member') return { kind: 'member', object: place.object, key: place.key, span }
    throw new Error('a target is a variable, a member or a pattern')
  }

  #patternElement(item: Item): PatternElement {
    const part = partOf(item, 'or')
    if (!part) return { target: this.target(item) }
    return { target: this.target(part.next()), default: this.expression(part.next()) }
  }

  #functionOf(item: Item): FunctionCode {
    const items = partOf(item, 'function')
    if (!items) throw new Error('a function is missing')
    return this.#function(items)
  }

  #function(items: Items): FunctionCode {
    const name = items.text()
    const flags = {
      async: items.flag(':async'),
      generator: items.flag(':generator'),
      arrow: items.flag(':arrow'),
    }
    const all = items.part('parameters')?.all(item => item) ?? []
    const last = all.at(-1)
    const rest = last === undefined ? undefined : partOf(last, 'rest')
    const parameters = all.slice(0, rest ? -1 : undefined).map(item => this.#patternElement(item))
    const restTarget = rest ? { rest: this.target(rest.next()) } : {}
    const scope = this.names(items, 'scope')
    const [argumentsBinding] = this.names(items, 'arguments')
    const body = this.#statements(this, items)
    return {
      name,
      parameters,
      ...restTarget,
      scope,
      body,
      ...flags,
      ...(argumentsBinding && { argumentsBinding }),
      span: this.span,
    }
  }

  #class(items: Items): ClassCode {
    const name = items.text()
    const [binding] = this.names(items, 'scope')
    const parent = items.part('extends')?.next()
    const constructor_ = items.part('constructor')?.next()
    return {
      name,
      ...(binding && { binding }),
      ...(parent !== undefined && { parent: this.expression(parent) }),
      ...(constructor_ !== undefined && { constructor_: this.#functionOf(constructor_) }),
      members: items.all(item => this.#member(item)),
      span: this.span,
    }
  }

  #member(item: Item): ClassMember {
    const items = itemsOf(item)
    const isStatic = items.flag('static')
    const word = items.word()
    const kind = memberKinds.find(known => known === word)
    if (!kind) throw new Error(`no member of a class starts with ${word}`)
    const key = this.expression(items.next())
    return { kind, static: isStatic, key, function: this.#functionOf(items.next()), span: this.span }
  }
}

function wordOf(item: Item): string {
  if (typeof item !== 'string') throw new Error('a word is missing')
  return item
}

function itemsOf(item: Item): Items {
  if (!isList(item)) throw new Error('a list is missing')
  return new Items(item.items)
}

function partOf(item: Item, word: string): Items | undefined {
  return isList(item) && item.open === '(' && item.items[0] === word
    ? new Items(item.items.slice(1))
    : undefined
}
