import { blocks } from './blocks.js'
import { composed } from './composed.js'
import { conversions } from './conversions.js'
import { counts } from './counts.js'
import { creation } from './creation.js'
import { draws } from './draws.js'
import { elementwise } from './elementwise.js'
import type { TensorFunction, TensorFunctions } from './function.js'
import { fused } from './fused.js'
import { images } from './images.js'
import { logic } from './logic.js'
import { lookup } from './lookup.js'
import { losses } from './losses.js'
import { metrics } from './metrics.js'
import { movement } from './movement.js'
import { products } from './products.js'
import { rankFunctions } from './ranks.js'
import { reductions } from './reductions.js'
import { scans } from './scans.js'
import { signals } from './signals.js'
import { windows } from './windows.js'

/** Every function of TensorFlow.js that computes tensors from tensors, by its name below `tf.`. */
export const tensorFunctions: TensorFunctions = {
  ...elementwise,
  ...conversions,
  ...logic,
  ...reductions,
  ...scans,
  ...lookup,
  ...movement,
  ...rankFunctions,
  ...blocks,
  ...products,
  ...windows,
  ...fused,
  ...images,
  ...creation,
  ...counts,
  ...signals,
  ...losses,
  ...metrics,
  ...composed,
  ...draws,
}

interface Named {
  readonly name: string
  readonly definition: TensorFunction
}

const functions = new Map<string, Named>()
const methods = new Map<string, Named>()
for (const [name, definition] of Object.entries(tensorFunctions)) {
  if (!definition.methodOnly) functions.set(name, { name, definition })
  const spellings = definition.method === true ? [name] : (definition.method ?? [])
  for (const spelling of spellings) methods.set(spelling, { name, definition })
}

/** The function that a path below `tf.` names: `matMul`, `losses.huberLoss`. */
export const functionNamed = (path: string): Named | undefined => functions.get(path)
/** The methods of tensors, by spelling. */
export const tensorMethods: ReadonlyMap<string, Named> = methods
