import type { Remark } from '../../core/program.js'
import { type DataType, isDataType } from '../../graph/type.js'
import type { StatedSize, StatedTensor } from '../../trace/host.js'
import { readType, type TypeReading } from './type-names.js'

/**
 * The tensors that a parameter is or holds, as far as remarks on it say of which shape they are. Comments come before
 * types, which say ranks only. Without a word on the data type it is that of `tf.tensor`: float32.
 */
export function statedTensors(
  remarks: readonly Remark[],
  isOwn: (specifier: string) => boolean,
): readonly StatedTensor[] {
  const types = remarks.map(({ type }) => (type === undefined ? undefined : readType(type, isOwn)))
  const said = [...remarks.keys()].flatMap(i => {
    const { field } = remarks[i]!
    const others = types.filter((type, j) => type && remarks[j]!.field === field)
    return tensorsOf(remarks[i]!, types[i], others as readonly TypeReading[])
  })
  return [...said.filter(({ by }) => by === 'comment'), ...said.filter(({ by }) => by === 'type')]
}

/** `types` are those of everything that is said of the same value. */
function tensorsOf(
  { by, words, field, span }: Remark,
  type: TypeReading | undefined,
  types: readonly TypeReading[],
): readonly StatedTensor[] {
  const start = field === undefined ? [] : [field]
  if (types.some(({ kind }) => kind === 'other')) return []
  const isTensor = types.some(({ kind }) => kind === 'tensor')
  const sizes = words === undefined ? undefined : sizesIn(words.replaceAll('`', ''), isTensor)
  const rank = type?.kind === 'tensor' ? type.rank : undefined
  const dtype = dataTypeIn(words ?? '')
  if (sizes && (rank === undefined || rank === sizes.length)) return [{ path: start, sizes, dtype, by, span }]
  return type ? ranked(type, start, { dtype, by, span }) : []
}

/** The tensors of a type, with open sizes. */
function ranked(
  type: TypeReading,
  path: readonly string[],
  common: Pick<StatedTensor, 'dtype' | 'by' | 'span'>,
): readonly StatedTensor[] {
  if (type.kind === 'fields')
    return [...type.fields].flatMap(([key, inner]) => ranked(inner, [...path, key], common))
  if (type.kind !== 'tensor' || type.rank === undefined) return []
  return [{ ...common, path, sizes: Array.from({ length: type.rank }, () => null) }]
}

/** The shape in words: where they begin with it, where they call it one, or the only list of sizes in words on a tensor. */
function sizesIn(words: string, isTensor: boolean): readonly StatedSize[] | undefined {
  const first = /^\s*[:–—-]?\s*\[([^[\](){}]*)\]/.exec(words)
  const called = /\bshape\b\s*(?:is|of|[:=])?\s*(?:\[([^[\](){}]*)\]|\(([^[\](){}]*)\))/i.exec(words)
  const found = called ?? first
  if (found) {
    const after = words.slice(found.index + found[0].length)
    if (/^\s*(?:or|\||\/)\s*[[(]/.test(after)) return undefined
    const sizes = readSizes(found[1] ?? found[2] ?? '')
    const isWord = sizes?.length === 1 && typeof sizes[0] === 'string' && sizes[0].length > 1
    return isWord && !called && !isTensor && after.trim() !== '' ? undefined : sizes
  }
  if (!isTensor && !/tensor/i.test(words)) return undefined
  const lists = [...words.matchAll(/\[([^[\](){}]*)\]/g)].map(([, list = '']) => readSizes(list))
  return lists.length === 1 && lists[0] && lists[0].length > 1 ? lists[0] : undefined
}

/** How an open size is written. */
const openSizes = new Set(['?', '-1', 'null', 'None', '*', 'any'])

function readSizes(list: string): readonly StatedSize[] | undefined {
  const sizes: StatedSize[] = []
  for (const item of list.split(/,|×|\sx\s/)) {
    const word = item.trim()
    if (/^[1-9]\d*$/.test(word)) sizes.push(Number(word))
    else if (openSizes.has(word)) sizes.push(null)
    else if (/^[A-Za-z_]\w*$/.test(word)) sizes.push(word)
    else return undefined
  }
  // `[-1, 1]` is a range of values.
  return sizes.every(size => size === null || size === 1) ? undefined : sizes
}

function dataTypeIn(words: string): DataType {
  const named = new Set<DataType>()
  for (const word of words.match(/\w+/g) ?? []) if (isDataType(word)) named.add(word)
  const [only] = named
  return named.size === 1 && only ? only : 'float32'
}
