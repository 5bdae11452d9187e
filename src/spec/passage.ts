import type { Attribute } from '../graph/node.js'
import { textOf } from '../library/config.js'
import { type Expression, type NameExpression, partsOf, type Range } from '../math/expression.js'
import { isSyntaxProblem, parseEquation, parseEquations, type SyntaxProblem } from '../math/parse.js'
import { printExpression } from '../math/print.js'
import { isReadingProblem, resolve } from '../math/resolve.js'
import { nameOf, subscriptText } from '../ops/elaborator.js'
import { isFunctionOfTheLanguage } from '../ops/vocabulary.js'
import { nearest } from '../text/nearest.js'
import type { Span } from '../text/source.js'
import type { SpecContext } from './context.js'
import { isPaperFunction } from './functions.js'
import { indicesUsed, lettersOf, type Scope, undefinedNames } from './names.js'
import type { Namespace } from './namespace.js'
import type { PlannedLine, PlannedParameter, PlannedPassage } from './plan.js'
import { entriesOf, placeWithin, scalarOf, type YamlEntry } from './yaml.js'

/** Families of more equations are refused. */
const mostOfAFamily = 1000

/** What is defined before a passage. */
export interface Known {
  /** Where the passage stands. */
  readonly scope: Namespace
  readonly functions: Set<string>
  /** Learned tensors, by the names that they have in the whole of the spec. */
  readonly parameters: Map<string, PlannedParameter>
  /** For an update `θ ← …`: what the right side is called, which may read what it is written into. */
  readonly becomes?: string
}

/** Where and how problems of a passage are told. */
interface Report {
  readonly at: (start: number, end: number) => Span
  readonly fail: (problem: string, range: Range, help?: string) => undefined
}

/** A statement before its names are read. */
interface Statement {
  readonly left: Expression
  readonly right: Expression
  readonly isDraw: boolean
  readonly family?: { readonly index: string; readonly first: number; readonly last: number }
  readonly range: Range
  readonly text: string
}

/**
 * Reads a step such as `equation: h = tanh(x W + b)`, or several lines as `equations: |`, with `where: { W: [3, 8] }`.
 * Names that nothing defines are reported at their place; whether the shapes fit shows when the graph is built.
 */
export function readPassage(
  context: SpecContext,
  head: YamlEntry,
  fields: ReadonlyMap<string, YamlEntry>,
  known: Known,
): PlannedPassage | undefined {
  const text = scalarOf(head.value)
  if (typeof text !== 'string') {
    const values = { equation: String(text ?? 'nothing'), problem: 'expected a text such as `y = x W + b`' }
    context.report('spec-equation', values, head.span)
    return undefined
  }
  const at = (start: number, end: number): Span => placeWithin(head.value!, context.file, text, start, end)
  const fail = (problem: string, [start, end]: Range, help?: string) => {
    context.report('spec-equation', { equation: lineAround(text, start), problem }, at(start, end), help)
    return undefined
  }
  const report: Report = { at, fail }
  const parsed = head.key === 'equations' ? parseEquations(text) : one(parseEquation(text))
  if (isSyntaxProblem(parsed)) return fail(parsed.problem, [parsed.offset, parsed.offset + 1])
  const before = context.diagnostics.length
  const statements = parsed.flatMap(tree => readStatement(context, tree, text, report, known.becomes) ?? [])
  if (statements.length < parsed.length) return undefined
  const declared = readWhere(context, fields.get('where'), statements)
  const draws = new Map<string, readonly Attribute[]>()
  for (const { name, shape } of declared) {
    const isDrawn = statements.some(({ isDraw, left }) => isDraw && printExpression(left) === name)
    if (isDrawn) draws.set(name, shape)
  }
  const passage = new PassageReader(context, known, statements, declared, draws, report)
  const lines = passage.lines()
  const citation = context.citation(fields.get('cite'))
  if (context.diagnostics.length > before) return undefined
  return {
    lines,
    scope: known.scope,
    parameters: [...known.parameters.values()],
    draws,
    at,
    span: head.span,
    ...(citation && { citation }),
  }
}

function one(tree: Expression | SyntaxProblem): readonly Expression[] | SyntaxProblem {
  return isSyntaxProblem(tree) ? tree : [tree]
}

function lineAround(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1
  const end = text.indexOf('\n', offset)
  return text.slice(start, end < 0 ? undefined : end).trim()
}

function readStatement(
  context: SpecContext,
  tree: Expression,
  text: string,
  { fail }: Report,
  becomes: string | undefined,
): Statement | undefined {
  if (becomes !== undefined) return readUpdate(tree, text, { fail }, becomes)
  const equation = tree.kind === 'family' ? tree.equation : tree
  const help = 'name the value on the left: `h = tanh(x W + b)`'
  if (equation.kind !== 'binary' || !['=', '~', '<-'].includes(equation.operator))
    return fail('the left side is not a name', equation.range, help)
  if (equation.operator === '<-')
    return fail('what a value becomes is stated as a step of `training`: `update: θ ← …`', equation.range)
  const { left, right } = equation
  if (left.kind === 'binary' && left.operator === '=') return fail('an equation has one `=`', left.range)
  const isName =
    left.kind === 'name' || left.kind === 'call' || (left.kind === 'binary' && left.operator === '^')
  if (!isName) return fail('the left side is not a name', left.range, help)
  const isDraw = equation.operator === '~'
  const statement = { left, right, isDraw, range: tree.range, text: textOfStatement(tree, text) }
  if (tree.kind !== 'family') return statement
  const [first, last] = [tree.first, tree.last].map(bound => context.sizeOf(bound))
  const isCount = (size: unknown): size is number => Number.isSafeInteger(size)
  if (!isCount(first) || !isCount(last) || last < first || last - first >= mostOfAFamily)
    return fail(
      `the range of \`${tree.index}\` is not known as numbers`,
      [tree.first.range[0], tree.last.range[1]],
      'give the size a value under `symbols:`',
    )
  return { ...statement, family: { index: tree.index, first, last } }
}

const textOfStatement = ({ range }: Expression, text: string): string =>
  text
    .slice(...range)
    .trim()
    .replace(/\s+/g, ' ')

/** `θ ← …`: a value under another name. */
function readUpdate(
  tree: Expression,
  text: string,
  { fail }: Pick<Report, 'fail'>,
  becomes: string,
): Statement | undefined {
  if (tree.kind !== 'binary' || tree.operator !== '<-' || !nameIn(tree.left))
    return fail('an update says what a name becomes: `\\theta \\leftarrow …`', tree.range)
  const left: NameExpression = { kind: 'name', name: becomes, range: tree.left.range }
  return { left, right: tree.right, isDraw: false, range: tree.range, text: textOfStatement(tree, text) }
}

/** The learned tensors and draws, by name; those with the index of a family are several. */
function readWhere(
  context: SpecContext,
  entry: YamlEntry | undefined,
  statements: readonly Statement[],
): readonly (PlannedParameter & { readonly keySpan: Span; readonly key: string })[] {
  if (!entry) return []
  const entries = entriesOf(entry.value, context.file)
  if (!entries) {
    const expected = 'learned tensors with their shapes, such as `W: [3, 8]`'
    const values = {
      layer: 'where',
      key: 'where',
      value: String(scalarOf(entry.value) ?? 'a list'),
      expected,
    }
    context.report('spec-invalid-value', values, entry.span)
    return []
  }
  return entries.flatMap(({ key, keySpan, value, span }) => {
    const shape = context.shape(value, 'where', key, 'a shape such as `[3, 8]`', span)
    const name = nameIn(parseEquation(key))
    if (!name) {
      const values = { layer: 'where', key, value: textOf(shape), expected: 'a name such as `W_1` or `W^Q`' }
      context.report('spec-invalid-value', values, keySpan)
      return []
    }
    return membersOf(name, statements).map(member => ({ name: member, shape, keySpan, key, family: key }))
  })
}

/** A name, also one with a label: `W_i^Q`. */
export function nameIn(tree: Expression | { readonly problem: string }): NameExpression | undefined {
  if ('problem' in tree) return undefined
  if (tree.kind === 'name') return tree
  if (tree.kind !== 'binary' || tree.operator !== '^' || tree.left.kind !== 'name') return undefined
  const label = printExpression(tree.right)
  const { left } = tree
  return { ...left, name: `${left.name}^${label}`, stem: left.stem ?? left.name, label }
}

/** The names that a name with the index of a family stands for. */
function membersOf(name: NameExpression, statements: readonly Statement[]): readonly string[] {
  const families = statements.flatMap(({ family }) => family ?? [])
  const used = name.subscripts?.flat().map(subscriptText) ?? []
  const family = families.find(({ index }) => used.includes(index))
  if (!family || !name.stem) return [name.name]
  return Array.from({ length: family.last - family.first + 1 }, (_, k) =>
    nameOf(
      name.stem!,
      name.subscripts!.map(items =>
        items.map(subscriptText).map(text => (text === family.index ? String(family.first + k) : text)),
      ),
      name.label,
    ),
  )
}

/** Reads the statements of one passage into lines. */
class PassageReader {
  readonly #context: SpecContext
  readonly #known: Known
  readonly #statements: readonly Statement[]
  readonly #report: Report
  /** Everything that has a value, in the spelling of the author's. */
  readonly #declared = new Set<string>()
  readonly #drawn: ReadonlyMap<string, readonly Attribute[]>
  /** Times of recurrences, each with the names that it counts. */
  readonly #times = new Map<string, Set<string>>()

  constructor(
    context: SpecContext,
    known: Known,
    statements: readonly Statement[],
    declared: readonly (PlannedParameter & { readonly keySpan: Span; readonly key: string })[],
    drawn: ReadonlyMap<string, readonly Attribute[]>,
    report: Report,
  ) {
    this.#context = context
    this.#known = known
    this.#statements = statements
    this.#report = report
    this.#drawn = drawn
    for (const name of [...known.scope.visible, ...context.symbols.keys()]) this.#declared.add(name)
    this.#declareLefts()
    this.#declareParameters(declared)
    this.#findTimes()
  }

  #declareLefts(): void {
    for (const { left, family } of this.#statements) {
      if (left.kind === 'call') {
        this.#known.functions.add(left.name)
        continue
      }
      const name = nameIn(left)
      if (!name) continue
      // Whether a subscript is part of the name is found out when the equation is read.
      this.#declared.add(name.stem && !name.label && !family ? this.#stemOf(name) : name.name)
      if (family) for (const member of membersOf(name, this.#statements)) this.#declared.add(member)
    }
  }

  #stemOf({ stem, subscripts }: NameExpression): string {
    return nameOf(
      stem!,
      subscripts!.slice(0, -1).map(items => items.map(subscriptText)),
    )
  }

  #declareParameters(
    declared: readonly (PlannedParameter & { readonly keySpan: Span; readonly key: string })[],
  ): void {
    const used = new Set(this.#statements.flatMap(({ right }) => [...prefixesIn(right)]))
    const { scope, parameters } = this.#known
    const letters = new Set([...this.#declared, ...declared.map(({ name }) => name)])
    // A word that is a product, such as `QK`, uses its letters.
    for (const word of [...used])
      if ([...word].every(letter => letters.has(letter))) for (const letter of word) used.add(letter)
    for (const { name, key, shape, keySpan } of declared) {
      const wrong = (expected: string) =>
        this.#context.report(
          'spec-invalid-value',
          { layer: 'where', key, value: textOf(shape), expected },
          keySpan,
        )
      if (this.#drawn.has(name)) continue
      const family = nameIn(parseEquation(key))?.name ?? key
      if (scope.find(name) !== undefined || this.#context.symbols.has(name)) wrong('a name that is not taken')
      else if (!used.has(family) && !used.has(name)) wrong('a name that the equation uses')
      else {
        const whole = `${scope.prefix}${name}`
        scope.give(name)
        parameters.set(whole, { name: whole, shape, family: `${scope.prefix}${key}` })
      }
      this.#declared.add(name)
      this.#declared.add(family)
    }
  }

  /** An index is a time where the value before is read: `h_t` from `h_{t-1}`. */
  #findTimes(): void {
    const stems = new Map<string, string>()
    for (const { left, family } of this.#statements) {
      if (family || left.kind !== 'name' || !left.stem) continue
      const last = left.subscripts?.at(-1)
      if (last?.length === 1 && last[0]!.kind === 'name')
        stems.set(
          nameOf(left.stem, [
            ...(left.subscripts ?? []).slice(0, -1).map(items => items.map(subscriptText)),
            [`${last[0]!.name}-1`],
          ]),
          last[0]!.name,
        )
    }
    const read = new Set(this.#statements.flatMap(({ right }) => [...prefixesIn(right)]))
    for (const [before, time] of stems) if (read.has(before)) this.#times.set(time, new Set())
  }

  lines(): readonly PlannedLine[] {
    return this.#statements.flatMap(statement => this.#lines(statement))
  }

  #lines(statement: Statement): readonly PlannedLine[] {
    const { left, right, family, isDraw, range, text } = statement
    const isFunction = left.kind === 'call'
    const parameters = isFunction ? this.#parametersOf(left) : []
    const declared = new Set([...this.#declared, ...parameters])
    const read = resolve(right, {
      isValue: name => declared.has(name),
      isFunction: name =>
        this.#known.functions.has(name) ||
        ((isFunctionOfTheLanguage(name) || isPaperFunction(name)) && !parameters.includes(name)),
    })
    if (isReadingProblem(read)) {
      this.#report.fail(read.problem, read.range)
      return []
    }
    const name = left.kind === 'call' ? undefined : nameIn(left)
    const place = name && !family ? this.#placeOf(name, read, declared) : undefined
    if (name && !place) this.#declared.add(name.name)
    const indices = place?.indices ?? []
    const bound = new Set([...indices, ...(family ? [family.index] : [])])
    // The variance of a draw may be that of each of its numbers.
    this.#checkNames(read, { declared: isDraw ? new Set([...declared, 'I']) : declared, bound })
    const common = { expression: read, indices, parameters, range, statement: text }
    const kind = isFunction ? 'function' : isDraw ? 'draw' : (place?.kind ?? 'value')
    const clause = left.kind === 'call' ? left.name : (name?.name ?? printExpression(left))
    if (isDraw && !this.#drawn.has(name?.name ?? '')) {
      this.#report.fail(
        `the shape of \`${clause}\` is not given`,
        left.range,
        `write \`where: { ${clause}: [d] }\``,
      )
      return []
    }
    const output = place?.output ?? clause
    if (!family) return [{ ...common, kind, output, clause, numbers: new Map() }]
    const members =
      left.kind === 'call'
        ? membersOf({ ...left, kind: 'name' }, this.#statements)
        : membersOf(name!, this.#statements)
    if (isFunction) for (const member of members) this.#known.functions.add(member)
    return members.map((member, k) => ({
      ...common,
      kind,
      output: member,
      clause,
      numbers: new Map([[family.index, family.first + k]]),
    }))
  }

  #parametersOf({ arguments: args }: Extract<Expression, { kind: 'call' }>): readonly string[] {
    return args.flatMap(arg => {
      const name = nameIn(arg)
      if (name) return [name.name]
      this.#report.fail('the arguments of a function are names', arg.range)
      return []
    })
  }

  /** What the left side of an equation places: a component, a step of time, the state before the first one. */
  #placeOf(
    name: NameExpression,
    right: Expression,
    declared: ReadonlySet<string>,
  ): Pick<PlannedLine, 'kind' | 'output' | 'indices'> | undefined {
    const last = name.subscripts?.at(-1)
    if (!name.stem || !last || name.label) return undefined
    const groups = name.subscripts!.slice(0, -1).map(items => items.map(subscriptText))
    const output = nameOf(name.stem, groups)
    const [only] = last
    if (last.length === 1 && only!.kind === 'name' && this.#times.has(only!.name))
      return { kind: 'step', output, indices: [only!.name] }
    const isState = this.#statements.some(({ left }) => {
      const time = left.kind === 'name' ? left.subscripts?.at(-1)?.[0] : undefined
      return (
        time?.kind === 'name' && this.#times.has(time.name) && left.kind === 'name' && left.stem === name.stem
      )
    })
    if (last.length === 1 && only!.kind === 'number' && only!.value === 0 && isState)
      return { kind: 'initial', output, indices: [] }
    const letters = lettersOf(last)
    if (!letters) return undefined
    const used = indicesUsed(right, declared)
    if (!letters.some(letter => used.has(letter))) return undefined
    const missing = letters.find(letter => !used.has(letter))
    if (missing !== undefined) {
      this.#report.fail(`\`${missing}\` counts nothing on the right side`, name.range)
      return undefined
    }
    return { kind: 'value', output, indices: letters }
  }

  #checkNames(expression: Expression, scope: Scope): void {
    for (const { name, range } of undefinedNames(expression, scope)) {
      const suggestion = nearest(name, [...scope.declared])
      this.#context.report(
        'spec-undefined-symbol',
        { name },
        this.#report.at(...range),
        suggestion
          ? `did you mean \`${suggestion}\`?`
          : 'define it: a size under `symbols:`, a learned tensor under `where:` of the equation, a value by an earlier step',
      )
    }
  }
}

/** All names of an expression, each also without its last subscripts, and with its label. */
export function* prefixesIn(expression: Expression): Generator<string> {
  const named = nameIn(expression)
  if (named) {
    yield named.name
    const groups = named.subscripts?.map(items => items.map(subscriptText)) ?? []
    for (let count = groups.length; count >= 0; count--)
      yield nameOf(named.stem ?? named.name, groups.slice(0, count), named.label)
  }
  if (expression.kind === 'call') yield expression.name
  for (const part of partsOf(expression)) yield* prefixesIn(part)
}
