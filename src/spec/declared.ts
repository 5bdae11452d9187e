import { textOf } from '../library/config.js'
import type { NameExpression } from '../math/expression.js'
import { parseEquation } from '../math/parse.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import type { Span } from '../text/source.js'
import type { SpecContext } from './context.js'
import type { PlannedParameter } from './plan.js'
import { type Family, nameIn, prefixesIn, type Statement } from './statements.js'
import { entriesOf, scalarOf, type YamlEntry } from './yaml.js'

/** A learned tensor or a draw that `where` declares, by the key that it has there. */
export interface Declared extends PlannedParameter {
  readonly keySpan: Span
  readonly key: string
}

/** The learned tensors and draws, by name; those with the index of a family are several. */
export function readWhere(
  context: SpecContext,
  entry: YamlEntry | undefined,
  statements: readonly Statement[],
): readonly Declared[] {
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
    return membersOf(name, familyOf(name, statements)).map(member => ({
      name: member,
      shape,
      keySpan,
      key,
      family: key,
    }))
  })
}

/** The names that a name with the index of a family stands for. */
export function membersOf(name: NameExpression, family: Family | undefined): readonly string[] {
  if (!family || !name.stem || !subscriptsOf(name).includes(family.index)) return [name.name]
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

const subscriptsOf = ({ subscripts = [] }: NameExpression): readonly string[] =>
  subscripts.flat().map(subscriptText)

/**
 * The numbers for which equations read a name: those of the families that read it as it is declared, of several families
 * with one index those that read it at all. In a product without a sign, such as `xW_l`, it is the end of a word.
 */
function familyOf(name: NameExpression, statements: readonly Statement[]): Family | undefined {
  const indices = subscriptsOf(name)
  const first = statements.find(({ family }) => family && indices.includes(family.index))?.family
  if (!first) return undefined
  const all = statements.flatMap(({ family, left, right }) =>
    family?.index === first.index
      ? [{ family, words: [left, right].flatMap(side => [...prefixesIn(side)]) }]
      : [],
  )
  const reading = (text: string) => all.filter(({ words }) => words.some(word => word.endsWith(text)))
  const stem = nameOf(name.stem ?? name.name, [], name.label)
  const families = [reading(name.name), reading(stem), all].find(({ length }) => length > 0)!
  return {
    index: first.index,
    first: Math.min(...families.map(({ family }) => family.first)),
    last: Math.max(...families.map(({ family }) => family.last)),
  }
}

/** The names that a draw may be declared under: `u_i \\sim …` draws each number of u. */
export function drawnNames({ left }: Statement): readonly string[] {
  const name = nameIn(left)
  if (!name) return []
  const groups = name.subscripts?.slice(0, -1).map(items => items.map(subscriptText)) ?? []
  return [name.name, ...(name.stem ? [nameOf(name.stem, groups, name.label)] : [])]
}
