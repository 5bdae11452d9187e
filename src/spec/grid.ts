import type { Node } from '../graph/node.js'
import type { Expression } from '../math/expression.js'
import { Misfit } from '../ops/misfit.js'
import type { EquationGraph } from './equation-graph.js'
import type { PlannedLine } from './plan.js'

/** Grids of more cells are refused. */
const mostCells = 400

/**
 * Equations for the cells of a grid that depend on their neighbours along several axes, as `r_{i,j}` on `r_{i-1,j}` and
 * `r_{i,j-1}`. Each cell is computed when it is asked for, by the first line that is most definite about it.
 */
export class Grid {
  readonly #graph: EquationGraph
  readonly #name: string
  readonly #lines: readonly PlannedLine[]
  readonly #cells = new Map<string, Node>()
  readonly #open = new Set<string>()

  constructor(graph: EquationGraph, name: string, lines: readonly PlannedLine[]) {
    this.#graph = graph
    this.#name = name
    const lettersIn = ({ indices }: PlannedLine) => indices.length
    this.#lines = lines.toSorted((a, b) => lettersIn(a) - lettersIn(b))
  }

  /** A cell by its places; undefined where no line says what it is. What is wrong with it is told where it is asked for. */
  cell(places: readonly number[]): Node | undefined {
    if (this.#open.size > 0) return this.#made(places)
    try {
      return this.#made(places)
    } catch (problem) {
      if (!(problem instanceof Misfit)) throw problem
      throw new Misfit(`${problem.message}, in \`${this.#lines.at(-1)!.statement}\``)
    }
  }

  #made(places: readonly number[]): Node | undefined {
    const key = places.join()
    const known = this.#cells.get(key)
    if (known) return known
    const line = this.#lines.find(own => this.#numbersAt(own, places))
    if (!line) return undefined
    const name = `${this.#name}_{${key}}`
    const numbers = this.#numbersAt(line, places)!
    if (line.indices.length > 0 && places.some(place => place < 0))
      throw new Misfit(
        `\`${name}\` is outside: say what is at the border, as \`${this.#name}_{i,0} = 0\``,
        line.range,
      )
    if (this.#open.has(key)) throw new Misfit(`\`${name}\` depends on itself`, line.range)
    if (this.#cells.size + this.#open.size >= mostCells)
      throw new Misfit(`\`${this.#name}\` has more than ${mostCells} cells`, line.range)
    this.#open.add(key)
    const { node } = this.#graph.elaborator(numbers).tensor(line.expression)
    this.#open.delete(key)
    this.#cells.set(key, node)
    this.#graph.stateCell(line, name, node)
    return node
  }

  /** What the letters of a line stand for at a cell; undefined where the line is about others. */
  #numbersAt(line: PlannedLine, places: readonly number[]): ReadonlyMap<string, number> | undefined {
    const written = line.places!
    if (written.length !== places.length) return undefined
    const numbers = new Map<string, number>()
    for (const [i, place] of written.entries()) {
      const at = places[i]!
      if (place.kind === 'name' && line.indices.includes(place.name)) {
        if ((numbers.get(place.name) ?? at) !== at) return undefined
        numbers.set(place.name, at)
      } else if (this.#placeOf(place) !== at) return undefined
    }
    return numbers
  }

  #placeOf(place: Expression): unknown {
    return this.#graph.elaborator().size(place)
  }
}

/** The grids of a passage, by name. */
export function gridsOf(graph: EquationGraph, lines: readonly PlannedLine[]): ReadonlyMap<string, Grid> {
  const cells = lines.filter(({ kind }) => kind === 'cell')
  const names = new Set(cells.map(({ output }) => output))
  return new Map(
    [...names].map(name => [
      name,
      new Grid(
        graph,
        name,
        cells.filter(({ output }) => output === name),
      ),
    ]),
  )
}
