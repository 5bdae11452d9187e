import { ts } from 'ts-morph'
import type { Code } from '../diagnostics/catalogue.js'
import { type Edit, replaced } from './edits.js'
import type { Change, Planting } from './operator.js'
import {
  type Call,
  callsOf,
  callText,
  entriesOf,
  layerAround,
  operandTexts,
  type Program,
  settingOf,
  shorthandsOf,
} from './program.js'

/** Replaces calls of functions over tensors by other text; nothing where the function gives none. */
export const inCalls =
  (
    names: readonly string[],
    text: (call: Call, program: Program) => string | undefined,
  ): Planting['changes'] =>
  program =>
    callsOf(program, ...names).flatMap(call => replacement(call, text(call, program)))

const replacement = ({ node }: Call, text: string | undefined): readonly Change[] =>
  text === undefined || text === node.getText() ? [] : [{ edits: [replaced(node, text)] }]

/** Replaces nodes of one kind by other text. */
export const inNodes =
  <Node extends ts.Node>(
    is: (node: ts.Node) => node is Node,
    text: (node: Node, program: Program) => string | undefined,
  ): Planting['changes'] =>
  program =>
    program.nodes.filter(is).flatMap(node => {
      const other = text(node, program)
      return other === undefined || other === node.getText() ? [] : [{ edits: [replaced(node, other)] }]
    })

/** The call of another function on the same operands. */
export const renamed = (names: Readonly<Record<string, string>>): Planting['changes'] =>
  inCalls(Object.keys(names), call => callText(call, operandTexts(call), names[call.name]))

/** What a call computes from: its first operand in its place. */
export const withoutCall = (...names: readonly string[]): Planting['changes'] =>
  inCalls(names, call => operandTexts(call)[0])

/** A call with one of its operands replaced. */
export function withOperand(call: Call, place: number, text: string): string {
  return callText(
    call,
    operandTexts(call).map((operand, i) => (i === place ? text : operand)),
  )
}

/** Without an entry of an object literal, and the comma after it. */
export function withoutEntry(entry: ts.ObjectLiteralElementLike): Edit {
  const { text } = entry.getSourceFile()
  let end = entry.getEnd()
  while (/\s/.test(text[end] ?? '')) end++
  if (text[end] === ',') return { start: entry.getStart(), end: end + 1, text: '' }
  let start = entry.getFullStart()
  if (text[start - 1] === ',') start--
  return { start, end: entry.getEnd(), text: '' }
}

/** Where a value that stands in no layer call may be used: all layer calls. */
export const usesOf = (node: ts.Node, { layers }: Program): readonly number[] =>
  layerAround(node, layers) ? [] : layers.map(call => call.node.getStart())

/** The place of the settings of the layer that a node belongs to, where a default is told. */
export const ownerOf = (node: ts.Node, { layers }: Program): readonly number[] => {
  const call = layerAround(node, layers)
  return call ? [call.node.getStart(), ...(call.operands[0] ? [call.operands[0].getStart()] : [])] : []
}

/** Another value for settings with some names. */
export const changedSetting =
  (keys: readonly string[], change: (text: string) => string | undefined): Planting['changes'] =>
  program => [
    ...entriesOf(program, ...keys).flatMap((entry): readonly Change[] => {
      const text = change(entry.initializer.getText())
      if (text === undefined || text === entry.initializer.getText()) return []
      const places = usesOf(entry, program)
      return [{ edits: [replaced(entry.initializer, text)], places, states: entry.name.getText() }]
    }),
    ...shorthandsOf(program, ...keys).flatMap((entry): readonly Change[] => {
      const name = entry.name.getText()
      const text = change(name)
      return text === undefined ? [] : [{ edits: [replaced(entry, `${name}: ${text}`)], states: name }]
    }),
  ]

/** Drops settings with some names. */
export const droppedSetting =
  (...keys: readonly string[]): Planting['changes'] =>
  program =>
    entriesOf(program, ...keys).map(entry => ({
      edits: [withoutEntry(entry)],
      places: [...ownerOf(entry, program), ...usesOf(entry, program)],
      states: entry.name.getText(),
    }))

/** A setting for layers of some kinds that do not state it, or another one for those that do. */
export const settingOfLayers =
  (kinds: RegExp, key: string, value: string): Planting['changes'] =>
  program =>
    program.layers
      .filter(({ name }) => kinds.test(name))
      .flatMap((call): readonly Change[] => {
        const stated = settingOf(call, key)
        const [config] = call.operands
        const places = [call.node.getStart(), ...(config ? [config.getStart()] : [])]
        if (stated) return [{ edits: [replaced(stated, `${key}: ${value}`)], places, states: key }]
        if (!config) {
          const end = call.node.getEnd() - 1
          return [{ edits: [{ start: end, end, text: `{ ${key}: ${value} }` }], places, states: key }]
        }
        if (!ts.isObjectLiteralExpression(config)) return []
        const start = config.getStart() + 1
        const text = config.properties.length > 0 ? ` ${key}: ${value},` : ` ${key}: ${value} `
        return [{ edits: [{ start, end: start, text }], places, states: key }]
      })

/** Another number, or list of numbers; a name stands for a number. */
export const anotherNumber =
  (change: (value: number) => number) =>
  (text: string): string | undefined =>
    /^-?[\d.]+(e-?\d+)?$/i.test(text)
      ? String(change(Number(text)))
      : /^\[[\d, ]+\]$/.test(text)
        ? `[${(JSON.parse(text) as number[]).map(change).join(', ')}]`
        : /^\w+$/.test(text)
          ? `${text} + 1`
          : undefined

/** Another text in quotes, by a table. */
export const anotherText =
  (table: Readonly<Record<string, string>>) =>
  (text: string): string | undefined => {
    const [, name] = /^['"`](\w+)['"`]/.exec(text) ?? []
    return name !== undefined && table[name] !== undefined ? `'${table[name]}'` : undefined
  }

export const settingCodes: readonly Code[] = ['config-different', 'framework-default-differs']
