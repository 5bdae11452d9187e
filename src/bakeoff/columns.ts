import type { ChangedLine } from '../diff/changes.js'
import { expressionIn, namedLines } from '../equations/equations.js'
import type { Formula } from '../equations/formula.js'
import { toText } from '../equations/unicode.js'
import type { ModelGraph } from '../graph/model.js'
import type { Span } from '../text/source.js'
import type { BakeoffOutcome, ClassPair } from './bakeoff.js'

/** One equation of a class. */
export interface ColumnLine {
  readonly left?: Formula
  /** With what differs marked, where the difference is one. */
  readonly right: Formula
  readonly isOdd: boolean
  readonly span?: Span
}

/** The equations of a class in the names of its first member, with those marked that another class has otherwise. */
export interface Column {
  /** The place of the class. */
  readonly place: number
  readonly isBase: boolean
  readonly lines: readonly ColumnLine[]
}

/** The equations of all classes that were followed, in one case. */
export function columnsOf({ classes, base, against }: BakeoffOutcome): readonly Column[] {
  return classes.flatMap(({ models: [model] }, place): readonly Column[] => {
    if (!model?.graph) return []
    const changed =
      place === base
        ? against.flatMap(pair => changesOf(pair, 'before'))
        : against.filter(({ second }) => second === place).flatMap(pair => changesOf(pair, 'after'))
    return [
      {
        place,
        isBase: place === base,
        lines: linesOf(model.graph, changed, place !== base || against.length === 1),
      },
    ]
  })
}

function changesOf({ outcome }: ClassPair, side: 'before' | 'after'): readonly ChangedLine[] {
  const [first] = outcome.targets.flatMap(({ cases }) => cases)
  return (first?.equations ?? []).flatMap(change => change[side] ?? [])
}

function linesOf(
  graph: ModelGraph,
  changed: readonly ChangedLine[],
  isMarked: boolean,
): readonly ColumnLine[] {
  const { lines, names } = namedLines(graph)
  const marked = new Map(changed.map(line => [textOf(line), line]))
  return lines.map(node => {
    const left = names.symbol(node)
    const right = expressionIn(graph, node, [node], () => undefined)
    const [origin] = graph.provenance.origins(node)
    const own = marked.get(textOf({ right, ...(left && { left }) }))
    return {
      ...(left && { left }),
      right: own && isMarked ? own.right : right,
      isOdd: own !== undefined,
      ...(origin && { span: origin.span }),
    }
  })
}

const textOf = ({ left, right }: Pick<ChangedLine, 'left' | 'right'>): string =>
  `${left ? toText(left) : ''} = ${toText(right)}`
