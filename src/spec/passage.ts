import type { Attribute } from '../graph/node.js'
import { batchName } from '../library/open-sizes.js'
import { type Expression, type NameExpression, partsOf, type Range } from '../math/expression.js'
import { isSyntaxProblem, parseEquation, parseEquations, type SyntaxProblem } from '../math/parse.js'
import { printExpression } from '../math/print.js'
import { dot } from '../ops/spelled-names.js'
import { isFunctionOfTheLanguage } from '../ops/vocabulary.js'
import type { Span } from '../text/source.js'
import { adviceOn, rangeOf } from './advice.js'
import { firstSide, linksOf } from './chains.js'
import type { SpecContext } from './context.js'
import { byConvention } from './conventions.js'
import { drawnNames, readWhere } from './declared.js'
import { ofOneExample } from './examples.js'
import { scriptBesidePlain } from './fonts.js'
import { isPaperFunction } from './functions.js'
import { type Known, LineReader, type Report } from './lines.js'
import type { PlannedPassage } from './plan.js'
import { declaredName, nameIn, readStatement, type Statement, writtenOut } from './statements.js'
import { countedSteps, timesOf } from './times.js'
import { entriesOf, placeWithin, scalarOf, type YamlEntry } from './yaml.js'

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
  const parsed = parsedAs(head.key, text)
  if (isSyntaxProblem(parsed)) return fail(parsed.problem, rangeOf(parsed), adviceOn(parsed))
  const script = scriptBesidePlain(parsed, text)
  if (script)
    return fail(
      `\`${text.slice(...script.range)}\` and \`${script.stem ?? script.name}\` are one name, since fonts are not part of it`,
      script.range,
      `rename one: \`\\mathcal{${script.stem ?? script.name}}\` to \`n_${script.stem ?? script.name}\` where it is a number`,
    )
  const before = context.diagnostics.length
  const keys = entriesOf(fields.get('where')?.value ?? null, context.file)?.map(({ key }) => key) ?? []
  const given = new Set([...known.scope.visible, ...context.symbols.keys(), ...keys.map(declaredName)])
  const stating = new Set([
    ...given,
    ...known.functions,
    ...parsed.flatMap(tree => nameOfSide(firstSide(tree))),
  ])
  const links = parsed.map(tree => linksOf(tree, side => isDefined(side, stating)))
  const read = (tree: Expression) => readStatement(context, tree, text, fail, known.becomes) ?? []
  const stated = links.flatMap(({ definitions, claims }) => [
    ...definitions.flatMap(read),
    ...claims.flatMap(read).map(statement => ({ ...statement, isClaim: true as const })),
  ])
  if (stated.length < links.flatMap(({ definitions, claims }) => [...definitions, ...claims]).length)
    return undefined
  const isInWhere = JSON.stringify(fields.get('where')?.value ?? null).includes(`"${batchName}"`)
  const plain = context.isBatch(batchName) && !isInWhere ? ofOneExample(stated, batchName) : stated
  const written = writtenOut(byConvention(plain, given, fail), given)
  const named = keys.flatMap(key => {
    const tree = parseEquation(key)
    return isSyntaxProblem(tree) ? [] : [tree]
  })
  const times = timesOf(countedSteps(written, named), given)
  const { steps: uncounted } =
    times.statements.find(({ steps }) => steps && !times.directions.has(steps.index)) ?? {}
  if (uncounted) return uncounted.refuse()
  const statements = [...times.statements, ...applied(times.statements, given)]
  const declared = readWhere(context, fields.get('where'), statements)
  const draws = new Map<string, readonly Attribute[]>()
  for (const { name, shape } of declared) {
    const isDrawn = statements.some(statement => statement.isDraw && drawnNames(statement).includes(name))
    if (isDrawn) draws.set(name, shape)
  }
  const passage = new LineReader(context, known, { ...times, statements }, declared, draws, report)
  const { lines, claims } = passage.read()
  const citation = context.citation(fields.get('cite'))
  if (context.diagnostics.length > before) return undefined
  return {
    lines,
    claims,
    times: times.directions,
    scope: known.scope,
    parameters: [...known.parameters.values()],
    draws,
    at,
    span: head.span,
    ...(citation && { citation }),
  }
}

/** One equation may go over several lines, and several lines may be equations: what they are read as decides, not the key. */
function parsedAs(key: string, text: string): readonly Expression[] | SyntaxProblem {
  const several = parseEquations(text)
  if (key === 'equations' || (!isSyntaxProblem(several) && several.length > 1)) return several
  return one(parseEquation(text))
}

/** `FL(p) = …` that nothing calls, where p is a value, states FL(p). */
function applied(statements: readonly Statement[], given: ReadonlySet<string>): readonly Statement[] {
  const called = new Set(statements.flatMap(({ right }) => [...calledIn(right)]))
  const values = new Set([...given, ...statements.flatMap(({ left }) => nameIn(left)?.name ?? [])])
  return statements.flatMap((statement): readonly Statement[] => {
    const { left, family } = statement
    if (left.kind !== 'call' || family || statement.isClaim || called.has(left.name)) return []
    if (!left.arguments.every(arg => values.has(nameIn(arg)?.name ?? ''))) return []
    const name: NameExpression = { kind: 'name', name: printExpression(left), range: left.range }
    return [{ ...statement, left: name, right: left, applies: left.name }]
  })
}

function* calledIn(expression: Expression): Generator<string> {
  if (expression.kind === 'call') yield expression.name
  if (expression.kind === 'binary' && expression.isDot) yield dot
  for (const part of partsOf(expression)) yield* calledIn(part)
}

/** Whether the middle of a chain has a meaning that the chain does not give it. */
function isDefined(side: Expression, names: ReadonlySet<string>): boolean {
  const isOfLanguage = (name: string) => isFunctionOfTheLanguage(name) || isPaperFunction(name)
  return nameOfSide(side).some(name => names.has(name) || (side.kind === 'call' && isOfLanguage(name)))
}

const nameOfSide = (side: Expression): readonly string[] =>
  side.kind === 'call' ? [side.name] : [nameIn(side)?.name ?? []].flat()

function one(tree: Expression | SyntaxProblem): readonly Expression[] | SyntaxProblem {
  return isSyntaxProblem(tree) ? tree : [tree]
}

function lineAround(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1
  const end = text.indexOf('\n', offset)
  return text.slice(start, end < 0 ? undefined : end).trim()
}
