import type { Code } from '../diagnostics/catalogue.js'
import type { SourceFile } from '../text/source.js'
import { sourceFile } from '../text/source.js'
import { edited, movedOffset } from './edits.js'
import type { Operator } from './operator.js'
import { activations } from './operators/activations.js'
import { axes } from './operators/axes.js'
import { connections } from './operators/connections.js'
import { layerFaults } from './operators/layers.js'
import { learning } from './operators/learning.js'
import { reductions } from './operators/reductions.js'
import { scales } from './operators/scales.js'
import { sequences } from './operators/sequences.js'
import { settings } from './operators/settings.js'
import { signs } from './operators/signs.js'
import type { Program } from './program.js'

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'

/** The kinds of faults that were distilled from public threads, M01 to M48. */
type Distilled = `M${Exclude<`${'0' | '1' | '2' | '3'}${Digit}`, '00'>}` | `M4${Exclude<Digit, '9'>}`

/** All kinds of faults by their numbers: each of those distilled, and more that layers ask for. */
export const operators = {
  ...activations,
  ...scales,
  ...reductions,
  ...signs,
  ...axes,
  ...connections,
  ...sequences,
  ...settings,
  ...learning,
  ...layerFaults,
} as const satisfies Readonly<Record<Distilled, Operator>> & Readonly<Record<string, Operator>>

export type OperatorId = keyof typeof operators

/** The numbers in their order. */
export const operatorIds = (Object.keys(operators) as OperatorId[]).sort((a, b) =>
  a[0] === b[0] ? a.localeCompare(b) : b.localeCompare(a),
)

/** A program with one fault. */
export interface Mutant {
  readonly operator: OperatorId
  /** What was done: `drops the activation of a layer`. */
  readonly what: string
  readonly file: SourceFile
  /** The lines of the fault, from 1, the first one first. */
  readonly lines: readonly number[]
  /** Other lines at which it may be told: those of what the changed text belongs to. */
  readonly near: readonly number[]
  /** The code that was there, and what is there now, the first place of each. */
  readonly before: string
  readonly after: string
  readonly codes: readonly Code[]
  readonly states?: string
}

/** All mutants of a program, operator by operator; a text that two of them give is one mutant. */
export function mutantsOf(program: Program, ids: readonly OperatorId[] = operatorIds): readonly Mutant[] {
  const found = new Map<string, Mutant>()
  for (const id of ids)
    for (const { what, changes, codes = [] } of (operators[id] as Operator).plantings)
      for (const change of changes(program)) {
        const { text, path } = program.file
        const source = edited(text, change.edits)
        if (source === text || found.has(source)) continue
        const file = sourceFile(path, source)
        const at = (offset: number) => lineOf(file, movedOffset(offset, change.edits))
        const [first] = change.edits
        const lines = distinct(change.edits.flatMap(({ start, end }) => [at(start), at(end)]))
        found.set(source, {
          operator: id,
          what,
          file,
          lines,
          near: distinct((change.places ?? []).map(at)),
          before: text.slice(first!.start, first!.end),
          after: first!.text,
          codes,
          ...(change.states !== undefined && { states: change.states }),
        })
      }
  return [...found.values()]
}

const distinct = (numbers: readonly number[]): readonly number[] => [...new Set(numbers)]

function lineOf({ lineStarts }: SourceFile, offset: number): number {
  const next = lineStarts.findIndex(start => start > offset)
  return next < 0 ? lineStarts.length : next
}
