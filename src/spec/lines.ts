import type { Attribute } from '../graph/node.js'
import { textOf } from '../library/config.js'
import type { Expression, NameExpression } from '../math/expression.js'
import { parseEquation } from '../math/parse.js'
import { printExpression } from '../math/print.js'
import { isReadingProblem, type ReadingProblem, resolve } from '../math/resolve.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import { isFunctionOfTheLanguage } from '../ops/vocabulary.js'
import { nearest } from '../text/nearest.js'
import type { Span } from '../text/source.js'
import type { SpecContext } from './context.js'
import { type Declared, membersOf } from './declared.js'
import { isPaperFunction } from './functions.js'
import { bindFree, indicesUsed, lettersOf, type Scope, undefinedNames } from './names.js'
import type { Namespace } from './namespace.js'
import type { PlannedLine, PlannedParameter, PlannedPassage } from './plan.js'
import { drawnFrom, type Fail, nameIn, prefixesIn, type Statement } from './statements.js'
import { itemsOf, movedIn, type Times } from './times.js'
import { placesOnLeft, wholeAxis } from './whole-axes.js'

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
export interface Report {
  readonly at: (start: number, end: number) => Span
  readonly fail: Fail
}

type Place = Pick<PlannedLine, 'kind' | 'output' | 'indices' | 'places'>

/** Reads the statements of one passage into lines. */
export class LineReader {
  readonly #context: SpecContext
  readonly #known: Known
  readonly #statements: readonly Statement[]
  readonly #report: Report
  /** Everything that has a value, in the spelling of the author's. */
  readonly #declared = new Set<string>()
  readonly #drawn: ReadonlyMap<string, readonly Attribute[]>
  readonly #times: Times
  /** What is read at the step before or after, with its time: `h` of `h_{t-1}`. */
  readonly #moved: ReadonlySet<string>

  constructor(
    context: SpecContext,
    known: Known,
    times: Times,
    declared: readonly Declared[],
    drawn: ReadonlyMap<string, readonly Attribute[]>,
    report: Report,
  ) {
    this.#context = context
    this.#known = known
    this.#statements = times.statements
    this.#times = times
    this.#moved = new Set(times.statements.flatMap(({ right }) => [...movedIn(right, times.directions)]))
    this.#report = report
    this.#drawn = drawn
    for (const name of [...known.scope.visible, ...context.symbols.keys()]) this.#declared.add(name)
    this.#declareLefts()
    this.#declareParameters(declared)
    this.#declareLabelled()
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
      this.#declared.add(name.stem && !family ? this.#stemOf(name) : name.name)
      if (name.label) this.#declared.add(name.name)
      if (!family) continue
      this.#declared.add(this.#stemOf(name))
      for (const member of membersOf(name, family)) this.#declared.add(member)
    }
  }

  /**
   * Names of which the subscript is a label, as `x_a` and `\hat{z}`: nothing on the right side has it for an index. One may
   * stand in the equation of another, wherever both stand.
   */
  #declareLabelled(): void {
    const labelled = this.#statements.flatMap(({ left, right, family, isDraw }) => {
      const name = left.kind === 'call' || family || isDraw ? undefined : nameIn(left)
      return name?.stem && !this.#isInTime(name) ? [{ name, right }] : []
    })
    for (let before = -1; before !== this.#declared.size; ) {
      before = this.#declared.size
      for (const { name, right } of labelled) {
        const letters = lettersOf(name.subscripts?.at(-1) ?? []) ?? []
        const used = indicesUsed(right, this.#withFunctions(this.#declared))
        if (!letters.some(letter => used.has(letter))) this.#declared.add(name.name)
      }
    }
  }

  /** Whether a name is read at steps, or has cells. */
  #isInTime({ stem, subscripts = [], label }: NameExpression): boolean {
    const groups = subscripts.map(items => items.map(subscriptText))
    const isMoved = groups.some((_, i) => this.#moved.has(nameOf(stem!, groups.slice(0, i), label)))
    return this.#times.grids.has(stem!) || this.#timeIn(groups) >= 0 || isMoved
  }

  #withFunctions(declared: ReadonlySet<string>): ReadonlySet<string> {
    return new Set([...declared, ...this.#known.functions])
  }

  #stemOf(name: NameExpression): string {
    const { stem, subscripts = [], label } = name
    if (this.#times.grids.has(stem!)) return stem!
    const groups = subscripts.map(items => items.map(subscriptText))
    const time = this.#timeIn(groups)
    return nameOf(stem!, groups.slice(0, time >= 0 ? time : -1), label)
  }

  /** Which group of subscripts is the step of a time. */
  #timeIn(groups: readonly (readonly string[])[]): number {
    return groups.findIndex(group => group.length === 1 && this.#times.directions.has(group[0]!))
  }

  #declareParameters(declared: readonly Declared[]): void {
    const used = new Set(this.#statements.flatMap(({ right }) => [...prefixesIn(right)]))
    const { scope, parameters } = this.#known
    const letters = new Set([...this.#declared, ...declared.map(({ name }) => name)])
    // A word that is a product, such as `QK` or `xW_1`, uses its letters, the last one with its subscripts.
    for (const word of [...used]) {
      const [, before = '', last = ''] = /^(\p{L}+)(\p{L}.*)$/u.exec(word) ?? []
      const factors = [...before, last]
      if (before && factors.every(factor => letters.has(factor)))
        for (const factor of factors) used.add(factor)
    }
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

  read(): Pick<PlannedPassage, 'lines' | 'claims'> {
    const claims = this.#statements.filter(({ isClaim }) => isClaim)
    const definitions = this.#statements.filter(statement => !claims.includes(statement))
    const lines = definitions.flatMap(statement => this.#lines(statement))
    this.#checkOnce(lines)
    return {
      lines,
      claims: claims.flatMap(statement => this.#claims(statement)),
    }
  }

  /** Of two equations for one value, either would be ignored. */
  #checkOnce(lines: readonly PlannedLine[]): void {
    const seen = new Set<string>()
    for (const { kind, output, range } of lines) {
      if (kind !== 'value') continue
      if (seen.has(output))
        this.#report.fail(
          `\`${output}\` is defined twice`,
          range,
          'keep one of them; if both hold, write the right sides in one line, as `y = a = b`',
        )
      seen.add(output)
    }
  }

  #claims(statement: Statement): readonly PlannedLine[] {
    const lines = this.#lines(statement)
    if (lines.every(({ kind }) => kind === 'value' || kind === 'function')) return lines
    const problem = 'only a value or a function may have several right sides, not a draw or a recurrence'
    this.#report.fail(problem, statement.range)
    return []
  }

  #lines(statement: Statement): readonly PlannedLine[] {
    const { left, right, family, isDraw, range, text, applies } = statement
    const isFunction = left.kind === 'call'
    const parameters = isFunction ? this.#parametersOf(left) : []
    const declared = new Set([...this.#declared, ...parameters])
    const resolved = this.#resolve(right, isDraw, parameters, declared)
    if (isReadingProblem(resolved)) {
      this.#report.fail(resolved.problem, resolved.range)
      return []
    }
    const name = left.kind === 'call' ? undefined : nameIn(left)
    const before = this.#context.diagnostics.length
    const place = name && !family ? this.#placeOf(name, resolved, declared, isDraw) : undefined
    if (this.#context.diagnostics.length > before) return []
    if (name && !place) this.#declared.add(name.name)
    const indices = place?.indices ?? []
    const bound = new Set([
      ...indices.filter(index => index !== wholeAxis),
      ...(family ? [family.index] : []),
    ])
    const read = bindFree(resolved, { declared, bound })
    this.#checkNames(read, { declared, bound })
    const equation = this.#asWritten(statement.written, isDraw, parameters, declared)
    const places = place?.places && { places: place.places }
    const steps = statement.steps && { steps: statement.steps.count }
    const counts = statement.counts && { counts: statement.counts }
    const common = {
      expression: read,
      indices,
      ...places,
      ...steps,
      ...counts,
      parameters,
      range,
      statement: text,
      equation,
    }
    const kind = isFunction ? 'function' : isDraw ? 'draw' : (place?.kind ?? 'value')
    const clause = applies ?? (left.kind === 'call' ? left.name : (name?.name ?? printExpression(left)))
    if (isDraw && !this.#drawn.has(place?.output ?? clause)) {
      this.#report.fail(
        `the shape of \`${clause}\` is not given`,
        left.range,
        `write \`where: { ${clause}: [d] }\``,
      )
      return []
    }
    const output = place?.output ?? name?.name ?? clause
    if (!family)
      return [
        {
          ...common,
          kind,
          output,
          clause,
          numbers: new Map(),
          ...(applies !== undefined && { isApplied: true }),
        },
      ]
    const members =
      left.kind === 'call' ? membersOf({ ...left, kind: 'name' }, family) : membersOf(name!, family)
    if (isFunction) for (const member of members) this.#known.functions.add(member)
    return members.map((member, k) => ({
      ...common,
      kind,
      output: member,
      clause,
      numbers: new Map([[family.index, family.first + k]]),
    }))
  }

  /** An equation with its right side as it is written, where products of letters are told from words. */
  #asWritten(
    tree: Expression,
    isDraw: boolean,
    parameters: readonly string[],
    declared: ReadonlySet<string>,
  ): Expression {
    if (tree.kind === 'family')
      return { ...tree, equation: this.#asWritten(tree.equation, isDraw, parameters, declared) }
    if (tree.kind !== 'binary') return tree
    const right = this.#resolve(tree.right, isDraw, parameters, declared)
    return isReadingProblem(right) ? tree : { ...tree, right }
  }

  /** What the text of a right side leaves open, read by what is declared. A distribution may be called as a size is. */
  #resolve(
    right: Expression,
    isDraw: boolean,
    parameters: readonly string[],
    declared: ReadonlySet<string>,
  ): Expression | ReadingProblem {
    const declarations = {
      isValue: (name: string) => declared.has(name),
      isFunction: (name: string) =>
        this.#known.functions.has(name) ||
        ((isFunctionOfTheLanguage(name) || isPaperFunction(name)) && !parameters.includes(name)),
    }
    const distribution = isDraw ? drawnFrom(right) : undefined
    if (!distribution) return resolve(right, declarations)
    const args = distribution.arguments.map(argument => resolve(argument, declarations))
    return args.find(isReadingProblem) ?? { ...distribution, arguments: args as readonly Expression[] }
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
    isDraw: boolean,
  ): Place | undefined {
    const last = name.subscripts?.at(-1)
    if (!name.stem || !last) return undefined
    const all = name.subscripts!.map(items => items.map(subscriptText))
    const output = nameOf(name.stem, all.slice(0, -1), name.label)
    if (isDraw) {
      const places = lettersOf(last)
      return places && !this.#drawn.has(name.name) && this.#drawn.has(output)
        ? { kind: 'value', output, indices: places }
        : undefined
    }
    const recurrent = this.#placeInTime(name, all)
    if (recurrent) return recurrent
    const places = placesOnLeft(last)
    if (!places) return undefined
    const letters = places.filter(place => place !== wholeAxis)
    const used = indicesUsed(right, this.#withFunctions(declared))
    if (!letters.some(letter => used.has(letter))) return undefined
    const missing = letters.find(letter => !used.has(letter))
    if (missing !== undefined) {
      this.#report.fail(`\`${missing}\` counts nothing on the right side`, name.range)
      return undefined
    }
    return { kind: 'value', output, indices: places }
  }

  /** A step of a recurrence, the state before the first one, or cells of a grid. */
  #placeInTime(
    { stem, subscripts = [], label, ...name }: NameExpression,
    groups: readonly (readonly string[])[],
  ): Place | undefined {
    const lettersBehind = (group: number) => {
      const letters = lettersOf(subscripts.slice(group + 1).flat())
      if (!letters) this.#report.fail('behind the step, the left side has letters only', name.range)
      return letters ?? []
    }
    if (this.#times.grids.has(stem!)) {
      const places = itemsOf({ ...name, subscripts }).map(({ expression }) => expression)
      const letters = places.flatMap(place =>
        place.kind === 'name' && !this.#declared.has(place.name) ? [place.name] : [],
      )
      return { kind: 'cell', output: stem!, indices: letters, places }
    }
    const time = this.#timeIn(groups)
    if (time >= 0) {
      const output = nameOf(stem!, groups.slice(0, time), label)
      return { kind: 'step', output, indices: [...groups[time]!, ...lettersBehind(time)] }
    }
    const late = itemsOf({ ...name, subscripts }).find(({ text }) => this.#times.directions.has(text))
    if (late) this.#report.fail(`write the step \`${late.text}\` as the first subscript`, name.range)
    for (const [i, group] of groups.entries()) {
      const output = nameOf(stem!, groups.slice(0, i), label)
      const { [i]: [first, ...others] = [] } = subscripts
      const isFirst = first && (first.kind !== 'name' || this.#context.symbols.has(first.name))
      if (!isFirst || !this.#moved.has(output)) continue
      if (others.length === 0) return { kind: 'initial', output, indices: lettersBehind(i), places: [first] }
      const letters = lettersOf(others)
      if (letters && i === groups.length - 1)
        return { kind: 'initial', output, indices: letters, places: [first] }
      if (group.length > 1) this.#report.fail('behind the step, the left side has letters only', name.range)
    }
    return undefined
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

/** The value that a passage ends with: of papers that say below an equation what is in it, the one that nothing else reads. */
export function resultOf<Line extends PlannedLine>(
  values: readonly Line[],
  { lines }: PlannedPassage,
): Line | undefined {
  const last = values.at(-1)
  const isRead = ({ output }: PlannedLine) =>
    lines.some(line => line.output !== output && [...prefixesIn(line.expression)].includes(output))
  if (!last || !isRead(last)) return last
  const [only, ...others] = values.filter(value => !isRead(value))
  return only && others.length === 0 ? only : last
}
