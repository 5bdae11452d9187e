import type { Code } from '../diagnostics/catalogue.js'
import { textOf } from '../library/config.js'
import { readSpec } from '../spec/read.js'
import type { Spec } from '../spec/spec.js'
import { entriesOf, itemsOf, readYaml, spanOf, type YamlEntry, type YamlNode } from '../spec/yaml.js'
import { positionAt, type SourceFile } from '../text/source.js'
import { applied, type Edit, lineEndingOf, reasonToWrite } from './fixes.js'

/** A difference that a spec is to accept, as long as the code has this value where there is one. */
export interface Deviation {
  readonly clause: string
  readonly code: Code
  readonly value?: string
}

/** An edit without its reasons, which stand between the pieces. */
interface Written {
  readonly at: number
  readonly pieces: readonly string[]
}

/**
 * Entries at the end of what a spec accepts. The rest of the text stays as it is, with its comments and its layout. An edit is
 * offered if the spec is then read with just these entries more: with the values, else, where one cannot be written,
 * without. Undefined where neither is so.
 */
export function acceptingInSpec(file: SourceFile, deviations: readonly Deviation[]): Edit | undefined {
  const { spec } = readSpec(file)
  const { root } = readYaml(file)
  const [first] = root ? (entriesOf(root, file) ?? []) : []
  if (!spec || !root || !first) return undefined
  const withoutValues = deviations.map(({ clause, code }) => ({ clause, code }))
  for (const wanted of [deviations, withoutValues]) {
    const edit = editOf(file, written(file, root, first, wanted))
    if (accepts(edit, spec, wanted)) return edit
  }
  return undefined
}

function written(
  file: SourceFile,
  root: YamlNode,
  first: YamlEntry,
  deviations: readonly Deviation[],
): Written {
  const entry = entriesOf(root, file)?.find(({ key }) => key === 'accepted')
  const outer = ' '.repeat(columnOf(file, first.keySpan.start))
  if (!entry) return inLines(file, file.text.length, `${outer}  `, `${outer}accepted:`, deviations)
  const last = itemsOf(entry.value)?.at(-1)
  const list = entry.span
  if (file.text.charAt(list.start) === '[') {
    const behind = last ? spanOf(last, file).end : list.start + 1
    return inBrackets(behind, last !== undefined, deviations)
  }
  const indentation = ' '.repeat(columnOf(file, list.start))
  return inLines(file, last ? spanOf(last, file).end : list.end, indentation, undefined, deviations)
}

/** Below the line of an offset. */
function inLines(
  file: SourceFile,
  offset: number,
  indentation: string,
  head: string | undefined,
  deviations: readonly Deviation[],
): Written {
  const ending = lineEndingOf(file)
  // The value of a block ends behind its last line.
  const isBehindLine = file.text.charAt(offset - 1) === '\n'
  const next = isBehindLine ? offset : file.text.indexOf('\n', offset) + 1
  const at = next > 0 ? next : file.text.length
  const isOpen = at > 0 && file.text.charAt(at - 1) !== '\n'
  const pieces: string[] = []
  let piece = `${isOpen ? ending : ''}${head === undefined ? '' : `${head}${ending}`}`
  for (const deviation of deviations) {
    const [one, ...others] = settingsOf(deviation)
    const lines = [`${indentation}- ${one}`, ...others.map(setting => `${indentation}  ${setting}`)]
    pieces.push(`${piece}${lines.join(ending)}${ending}${indentation}  reason: `)
    piece = ending
  }
  return { at, pieces: [...pieces, piece] }
}

/** In a list between brackets, a reason stands in quotes, since it may have commas. */
function inBrackets(at: number, isBehindOther: boolean, deviations: readonly Deviation[]): Written {
  const pieces: string[] = []
  let piece = isBehindOther ? ', ' : ''
  for (const deviation of deviations) {
    pieces.push(`${piece}{ ${settingsOf(deviation).join(', ')}, reason: "`)
    piece = '" }, '
  }
  return { at, pieces: [...pieces, '" }'] }
}

function settingsOf({ clause, code, value }: Deviation): readonly string[] {
  const own = value === undefined ? [] : [`value: ${scalarText(value)}`]
  return [`clause: ${scalarText(clause)}`, `code: ${code}`, ...own]
}

const scalarText = (text: string): string =>
  /^[\w.$-]+$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`

function editOf(file: SourceFile, { at, pieces }: Written): Edit {
  const asked: (readonly [number, number])[] = []
  let text = ''
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) {
      asked.push([text.length, text.length + reasonToWrite.length])
      text += reasonToWrite
    }
    text += piece
  }
  return { span: { file, start: at, end: at }, text, asked }
}

/** Whether a spec says the same after an edit, and accepts these deviations more. */
function accepts(edit: Edit, before: Spec, deviations: readonly Deviation[]): boolean {
  const { spec: after } = readSpec(applied(edit))
  if (!after || after.accepted.length !== before.accepted.length + deviations.length) return false
  const stated = ({ clauses }: Spec) =>
    JSON.stringify(clauses.map(({ id, kind, statement }) => [id, kind, statement]))
  return (
    stated(after) === stated(before) &&
    after.accepted.slice(before.accepted.length).every(({ clause, code, value, reason }, i) => {
      const wanted = deviations[i]
      return (
        clause === wanted?.clause &&
        code === wanted?.code &&
        (value === undefined ? undefined : textOf(value)) === wanted?.value &&
        reason === reasonToWrite
      )
    })
  )
}

const columnOf = (file: SourceFile, offset: number): number => {
  const { line } = positionAt(file, offset)
  return offset - (file.lineStarts[line - 1] ?? 0)
}
