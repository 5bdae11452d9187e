import { symbol } from '../graph/dimension.js'
import { isDataType } from '../graph/type.js'
import type { TensorDeclaration } from '../trace/host.js'

export interface NamedInput {
  readonly name: string
  readonly declaration: TensorDeclaration
}

const form = /^\s*([^:\s]+)\s*:\s*\[([^\]]*)\]\s*(?::\s*(\w+)\s*)?$/

/** `x:[N,784]`, `y:[N]:int32`: a name with sizes, which are numbers or symbols. A text says what is wrong. */
export function readInput(text: string): NamedInput | string {
  const [, name, sizes = '', dtype = 'float32'] = form.exec(text) ?? []
  if (name === undefined) return 'expected name:[sizes], such as x:[N,784] or y:[N]:int32.'
  if (/\((?!\))/.test(name))
    return `\`${name}\` names arguments; what a call gives, whatever it is given, is written as \`data.next()\`.`
  if (!isDataType(dtype)) return `there is no data type \`${dtype}\`; use float32, int32 or bool.`
  const shape: TensorDeclaration['shape'][number][] = []
  for (const size of sizes.trim() === '' ? [] : sizes.split(',')) {
    const word = size.trim()
    const known = sizeOf(word)
    if (known === undefined) return `\`${word}\` is not a size; use a whole number or a name.`
    shape.push(known)
  }
  return { name, declaration: { shape, dtype } }
}

/** A whole number, or a name as a symbol; undefined for anything else. */
export function sizeOf(word: string): TensorDeclaration['shape'][number] | undefined {
  if (/^\d+$/.test(word)) return Number(word)
  return /^[A-Za-z_]\w*$/.test(word) ? symbol(word, true) : undefined
}
