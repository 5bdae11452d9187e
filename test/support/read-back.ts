import { compare } from '../../src/compare/compare.js'
import { specText } from '../../src/equations/spec-text.js'
import type { ModelGraph } from '../../src/graph/model.js'
import type { SpellingName } from '../../src/math/print.js'
import { readSpec } from '../../src/spec/read.js'
import { sourceFile } from '../../src/text/source.js'

/** What a check says of a model against the spec that is printed of it, with all that is not proved. */
export function readBack(graph: ModelGraph, spelling: SpellingName): string {
  const text = specText(graph, spelling)
  const { spec, diagnostics } = readSpec(sourceFile('printed.yaml', text))
  if (!spec) return `refused: ${diagnostics.map(({ message }) => message).join('; ')}\n${text}`
  const { verdict, clauses } = compare(spec, graph, 'model')
  if (verdict === 'as written') return verdict
  const others = clauses.filter(clause => clause.verdict !== 'as written')
  return `${verdict}: ${others.map(({ clause }) => clause.id).join(', ')}\n${text}`
}
