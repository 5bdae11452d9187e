import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, dimensionText, equals } from '../graph/dimension.js'
import { type LayerApplication, type Model, type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { batch } from '../library/open-sizes.js'
import { type Expression, partsOf } from '../math/expression.js'
import { printExpression, type SpellingName } from '../math/print.js'
import { expand } from '../ops/elaborate.js'
import { plainExpression, plainName } from '../ops/plain.js'
import { drawText } from './drawn.js'
import { chooseLines, isLeaf, reachable } from './lines.js'
import { nameModel } from './names.js'
import { plainLoop } from './plain-loop.js'
import { UniqueNames } from './plain-names.js'
import { nameRecurrences, type Run } from './recurrence.js'
import { spelled } from './spelled.js'
import type { Statement } from './statement.js'

/** A model in the equation language: what it takes, and what it states in order. */
export interface PlainModel {
  /** Inputs, in their order, and what is learned, by name. */
  readonly inputs: ReadonlyMap<string, Node>
  readonly learned: ReadonlyMap<string, Node>
  /** What sizes are called that have a name of the trace in the code: the name here by that one. */
  readonly sizes: ReadonlyMap<string, string>
  /** Sizes that are computed from others. */
  readonly derivedSizes: ReadonlyMap<string, Dimension>
  readonly statements: readonly Statement[]
  /** The names of the outputs, in their order. */
  readonly outputs: readonly string[]
}

/** The model in the equation language. A spec with these equations states the model's own graph. */
export function plainModel(graph: ModelGraph): PlainModel {
  return new PlainWriter(graph).write()
}

class PlainWriter {
  readonly #graph: ModelGraph
  readonly #builder: GraphBuilder
  readonly #lines: readonly Node[]
  readonly #symbols: ReturnType<typeof nameModel>
  readonly #runs: ReadonlyMap<Node, Run>
  readonly #names: UniqueNames
  readonly #inputs = new Map<string, Node>()
  readonly #learned = new Map<string, Node>()
  readonly #derivedSizes = new Map<string, Dimension>()
  readonly #statements: Statement[] = []
  readonly #perExample: ReadonlySet<Node>
  readonly #drawing: ReadonlyMap<Node, LayerApplication>

  constructor(graph: ModelGraph) {
    const { model, builder, provenance } = graph
    this.#graph = graph
    this.#builder = builder
    const outputs = model.outputs.map(({ node }) => node)
    const below = reachable(outputs, node => node.inputs)
    this.#drawing = new Map(
      applicationsIn(model).flatMap(application => {
        const [output] = application.outputs
        return output && isDrawn(output) && application.layer.kind !== 'custom'
          ? [[output, application] as const]
          : []
      }),
    )
    const chosen = chooseLines(model, provenance, node => node.inputs)
    const forced = below.flatMap(node => (isDrawn(node) ? [node, ...this.#read(node)] : []))
    this.#lines = [...new Set([...chosen, ...forced])]
      .filter(node => !isLeaf(node) || isDrawn(node))
      .sort((a, b) => a.id - b.id)
    this.#symbols = nameModel(model, this.#lines, provenance)
    const runs = nameRecurrences(this.#lines, { builder, provenance, names: this.#symbols })
    this.#runs = new Map(runs.flatMap(run => run.results.map(node => [node, run] as const)))
    const inBodies = runs.flatMap(({ body }) => reachable(body.outputs, node => node.inputs))
    this.#names = new UniqueNames([...model.inputs.map(({ node }) => node), ...below, ...inBodies])
    this.#perExample = new Set(model.inputs.flatMap(({ node }) => (countsExamples(node) ? [node] : [])))
    for (const { node } of model.inputs) this.#inputs.set(this.#give(node), node)
    const isRead = new Set([...below, ...inBodies])
    const parts = partsOfRuns(runs, [...isRead])
    for (const { parameter } of parametersOf(model))
      for (const node of parts.get(parameter.node) ?? [parameter.node])
        if (isRead.has(node)) this.#learned.set(this.#give(node, partName(node, runs)), node)
    // Layers in layers have parameters that the framework does not list.
    for (const node of isRead)
      if (node.op === 'parameter' && !this.#names.value(node) && !parts.has(node))
        this.#learned.set(this.#give(node, String(node.attributes.name)), node)
  }

  write(): PlainModel {
    for (const line of this.#lines) this.#state(line)
    return {
      inputs: this.#inputs,
      learned: this.#learned,
      sizes: this.#names.sizes,
      derivedSizes: this.#derivedSizes,
      outputs: this.#outputs(),
      statements: this.#statements,
    }
  }

  /** The names of the outputs; one that is given, or is another output as well, gets a name of its own. */
  #outputs(): readonly string[] {
    const found = new Set<string>()
    for (const { node } of this.#graph.model.outputs) {
      const name = this.#names.value(node)
      const isOwn =
        name !== undefined && !this.#inputs.has(name) && !this.#learned.has(name) && !found.has(name)
      found.add(isOwn ? name : this.#value(node, this.#names.unique('y')))
    }
    return [...found]
  }

  #give(node: Node, wanted?: string): string {
    const own = this.#symbols.symbol(node)
    return this.#names.give(node, wanted ?? (own ? spelled(own) : 'v'))
  }

  /** The values that a draw, or a layer that draws, reads by name. */
  #read(node: Node): readonly Node[] {
    return this.#drawing.has(node) ? this.#drawing.get(node)!.inputs : []
  }

  #state(line: Node): void {
    if (this.#names.value(line) !== undefined) return
    const run = this.#runs.get(line)
    const application = this.#drawing.get(line)
    if (run) this.#loop(run)
    else if (line.attributes.mode === 'inference') this.#value(line, this.#give(line))
    else if (application) {
      const from = application.inputs.map(input => this.#named(input))
      const name = this.#give(line)
      this.#statements.push({ kind: 'layer', node: line, name, application, from, reads: new Set(from) })
    } else if (isDrawn(line)) this.#draw(line)
    else this.#value(line, this.#give(line))
  }

  #value(node: Node, name: string): string {
    const known = (inner: Node) => (inner === node ? undefined : this.#names.value(inner))
    const given = this.#names.value(node)
    const isGiven = given !== undefined && given !== name
    // What draws in training and is fixed to inference draws nothing.
    const meaning = isDrawn(node) ? expand(node, this.#builder, 'inference') : node
    if (isProblem(meaning)) throw new Error(meaning.problem)
    const own = meaning === node ? (isGiven ? given : undefined) : this.#names.value(meaning)
    const right =
      own !== undefined
        ? plainName(own)
        : plainExpression(meaning, { value: known, size: own => this.#names.size(own) })
    this.#statements.push(
      isProblem(right)
        ? { kind: 'open', node, name, problem: right.problem, reads: new Set() }
        : { kind: 'value', node, name, right, reads: this.#readIn([right]) },
    )
    return name
  }

  #draw(node: Node): void {
    const name = this.#give(node)
    const right = drawText(node, this.#hasBatch(node) || this.#perExample.size === 0)
    this.#statements.push(
      isProblem(right)
        ? { kind: 'open', node, name, problem: right.problem, reads: new Set() }
        : { kind: 'draw', node, name, right, reads: new Set() },
    )
  }

  #loop(run: Run): void {
    const node = run.results[0]!
    const loop = plainLoop(run, {
      builder: this.#builder,
      names: this.#names,
      named: inner => this.#named(inner),
      hasBatch: inner => this.#hasBatch(inner),
      sizeNamed: size => this.#sizeNamed(size),
    })
    if (isProblem(loop)) {
      for (const result of run.results)
        this.#statements.push({
          kind: 'open',
          node: result,
          name: this.#give(result),
          problem: loop.problem,
          reads: new Set(),
        })
      return
    }
    const { lines, defined, laidOut } = loop
    for (const [name, value] of defined) this.#names.set(value, name)
    this.#statements.push({ kind: 'loop', node, results: defined, lines, reads: this.#readIn(lines) })
    for (const [result, value] of laidOut) {
      const name = this.#give(result)
      const right = plainExpression(value, { value: inner => this.#names.value(inner) })
      if (isProblem(right))
        this.#statements.push({ kind: 'open', node: result, name, problem: right.problem, reads: new Set() })
      else this.#statements.push({ kind: 'value', node: result, name, right, reads: this.#readIn([right]) })
    }
  }

  /** The name of a value, which gets an equation of its own if it has none yet. */
  #named(node: Node): string {
    if (this.#names.value(node) === undefined) this.#state(node)
    return this.#names.value(node)!
  }

  #sizeNamed(size: Dimension): string {
    const text = dimensionText(size)
    const own = this.#names.sizes.get(text)
    // With a subscript of its own it cannot be one.
    if (own !== undefined && !own.includes('_')) return own
    const [known] = [...this.#derivedSizes].find(([, other]) => equals(other, size)) ?? []
    if (known !== undefined) return known
    const name = this.#names.unique('K')
    this.#derivedSizes.set(name, size)
    return name
  }

  /** What of the inputs and learned tensors expressions read, also at a place. */
  #readIn(expressions: readonly Expression[]): ReadonlySet<string> {
    const found = new Set<string>()
    const visit = (expression: Expression): void => {
      if (expression.kind === 'name') {
        const texts = [expression.name, expression.name.replace(/_(\{[^}]*\}|[^_]+)$/, '')]
        const own = texts.find(text => this.#inputs.has(text) || this.#learned.has(text))
        if (own !== undefined) found.add(own)
      } else for (const part of partsOf(expression)) visit(part)
    }
    for (const expression of expressions) visit(expression)
    return found
  }

  #hasBatch(node: Node): boolean {
    if (!countsExamples(node)) return false
    return nodesBelow([node]).some(
      inner =>
        this.#perExample.has(inner) ||
        isDrawn(inner) ||
        inner.op === 'zeros' ||
        Number(inner.attributes.index) < 0,
    )
  }
}

/** All applications of layers, those within layers and models included. */
function applicationsIn({ applications }: Pick<Model, 'applications'>): readonly LayerApplication[] {
  return applications.flatMap(application => [
    application,
    ...applicationsIn({ applications: application.inner ?? [] }),
    ...(application.layer.model ? applicationsIn(application.layer.model) : []),
  ])
}

/** A spec states one example, of a batch that stands in front. */
export function countsExamples({ type: { shape } }: Node): boolean {
  const [first, ...rest] = shape ?? []
  return first !== undefined && equals(first, batch) && !rest.some(size => dimensionText(size) === batch.key)
}

const isDrawn = ({ attributes }: Node): boolean => attributes.site !== undefined

/** Parameters of which loops read nothing but ranges of columns that do not overlap: these are what is learned. */
function partsOfRuns(runs: readonly Run[], nodes: readonly Node[]): ReadonlyMap<Node, readonly Node[]> {
  const found = new Map<Node, readonly Node[]>()
  for (const [parameter, all] of runs.flatMap(run => [...run.parts])) {
    const parts = [...new Set([...(found.get(parameter) ?? []), ...all])]
    const places = parts
      .map(({ attributes: { start, size } }) => [Number(start), Number(size)] as const)
      .sort(([a], [b]) => a - b)
    const columns = parameter.type.shape!.at(-1)
    const isPartition = places.every(([start], i) => {
      const [before, size] = places[i - 1] ?? [0, 0]
      return start === before + size
    })
    const [last, size] = places.at(-1)!
    const isRead = nodes.some(node => node.inputs.includes(parameter) && !parts.includes(node))
    if (isPartition && last + size === columns && !isRead) found.set(parameter, parts)
    else found.delete(parameter)
  }
  return found
}

/** What a loop calls the columns of a parameter. */
function partName(node: Node, runs: readonly Run[]): string | undefined {
  if (isLeaf(node)) return undefined
  const own = runs.map(({ local }) => local.get(node)).find(symbol => symbol !== undefined)
  return own && spelled(own)
}

/** What a comment begins with. */
const comments: Readonly<Record<SpellingName, string>> = { plain: '#', latex: '%' }

/** One equation a line; what has no spelling is a comment, so that the other lines can be read. */
export function renderPlain(graph: ModelGraph, spelling: SpellingName = 'plain'): string {
  const { inputs, learned, statements } = plainModel(graph)
  const mark = comments[spelling]
  return [
    ...[...inputs, ...learned].map(
      ([name, { type }]) => `${mark} ${nameText(name, spelling)}: ${shapeText(type.shape)}`,
    ),
    ...statements.flatMap(statement => {
      if (statement.kind === 'loop') return linesOf(statement, spelling)
      const [line] = linesOf(statement, spelling)
      return line ?? `${mark} ${nameText(statement.name, spelling)}: ${problemOf(statement)}`
    }),
  ].join('\n')
}

const problemOf = (statement: Statement): string =>
  statement.kind === 'open' ? statement.problem : 'a layer that draws has no spelling'

/** The equations of a statement; none where it is no equation. */
export function linesOf(statement: Statement, spelling: SpellingName): readonly string[] {
  switch (statement.kind) {
    case 'loop':
      return statement.lines.map(line => printExpression(line, spelling))
    case 'value':
      return [`${nameText(statement.name, spelling)} = ${printExpression(statement.right, spelling)}`]
    case 'draw': {
      const sign = spelling === 'latex' ? '\\sim' : '~'
      return [`${nameText(statement.name, spelling)} ${sign} ${printExpression(statement.right, spelling)}`]
    }
    case 'layer':
    case 'open':
      return []
  }
}

/** A name by itself, in a spelling. */
export function nameText(name: string, spelling: SpellingName): string {
  const expression = plainName(name)
  return isProblem(expression) ? name : printExpression(expression, spelling)
}
