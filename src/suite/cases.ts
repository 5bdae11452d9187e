import { parse } from 'yaml'
import type { Domain } from '../evaluate/domain.js'
import type { DataType } from '../graph/type.js'

/** A tensor that both functions of a pair take. */
export interface CaseInput {
  readonly shape: readonly number[]
  readonly dtype: DataType
  readonly domain: Domain
}

/** Two functions of tensors, as texts, and whether they are equal for all inputs. */
export interface Case {
  readonly id: string
  readonly inputs: Readonly<Record<string, CaseInput>>
  readonly first: string
  readonly second: string
  readonly verdict: 'same' | 'different'
}

/** The cases of one YAML file of a suite, or what is wrong with it. */
export function readCases(text: string): readonly Case[] | string {
  let list: unknown
  try {
    list = parse(text)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  if (!Array.isArray(list)) return 'expected a list of cases'
  const cases: Case[] = []
  for (const [i, entry] of list.entries()) {
    const read = readCase(entry)
    if (typeof read === 'string') return `case ${i + 1}: ${read}`
    cases.push(read)
  }
  return cases
}

function readCase(entry: unknown): Case | string {
  if (!isRecord(entry)) return 'expected a mapping'
  const { id, inputs, a, b, verdict } = entry
  if (typeof id !== 'string') return 'it has no `id`'
  if (typeof a !== 'string' || typeof b !== 'string') return `\`${id}\` has no bodies \`a\` and \`b\``
  if (verdict !== 'same' && verdict !== 'different')
    return `\`verdict\` of \`${id}\` is neither same nor different`
  if (!isRecord(inputs)) return `\`${id}\` has no \`inputs\``
  const read: Record<string, CaseInput> = {}
  for (const [name, value] of Object.entries(inputs)) {
    const input = readInput(value)
    if (typeof input === 'string') return `input \`${name}\` of \`${id}\`: ${input}`
    read[name] = input
  }
  return { id, inputs: read, first: a, second: b, verdict }
}

const dataTypes: readonly DataType[] = ['float32', 'int32', 'bool']

function readInput(value: unknown): CaseInput | string {
  const { shape, dtype = 'float32', range, max, values, ...rest } = isRecord(value) ? value : { shape: value }
  const unknown = Object.keys(rest)[0]
  if (unknown !== undefined) return `\`${unknown}\` is not a key of an input`
  if (!isSizes(shape)) return 'expected a list of sizes'
  if (!dataTypes.includes(dtype as DataType)) return `there is no data type \`${String(dtype)}\``
  const type = { shape, dtype: dtype as DataType }
  if (values === 'onehot') return { ...type, domain: { kind: 'one-hot' } }
  if (values !== undefined) return `\`values\` can be onehot, not \`${String(values)}\``
  if (Array.isArray(range) && typeof range[0] === 'number' && typeof range[1] === 'number')
    return { ...type, domain: { kind: 'interval', low: range[0], high: range[1] } }
  if (range !== undefined) return '`range` is a list of two numbers'
  if (max !== undefined && typeof max !== 'number') return '`max` is a number'
  if (dtype === 'bool') return { ...type, domain: { kind: 'whole', below: 2 } }
  if (dtype === 'int32' || max !== undefined) return { ...type, domain: { kind: 'whole', below: max } }
  return { ...type, domain: { kind: 'real' } }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(size => Number.isInteger(size) && size >= 0)
}
