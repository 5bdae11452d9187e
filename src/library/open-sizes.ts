import { type Dimension, type Polynomial, symbol, symbolsOf } from '../graph/dimension.js'

/** What the size of the batch axis is called. */
export const batchName = 'N'

/** The size of the batch axis, which every model leaves open. */
export const batch = symbol(batchName, true)

/** The open axes of an input, by their place behind the batch; tensors of TensorFlow.js have at most six. */
const openAxisNames = ['T', 'T_2', 'T_3', 'T_4', 'T_5']

export const sizeNames: readonly string[] = [batchName, ...openAxisNames]

const names: ReadonlySet<string> = new Set(sizeNames)

/** The size of an axis that is open, by its place. */
export function openSize(axis: number): Polynomial {
  return axis === 0 ? batch : symbol(openAxisNames[axis - 1] ?? `T_${axis}`, true)
}

/** Whether a size depends on one that is open: TensorFlow.js has `null` in its place while a model is built. */
export function isOpen(size: Dimension): boolean {
  return typeof size !== 'number' && [...symbolsOf(size)].some(name => names.has(name))
}
