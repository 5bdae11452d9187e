import { type ExampleArgument, type TensorFunction, type TensorFunctions, tensor, text } from './function.js'

const examples = (...more: readonly ExampleArgument[]): TensorFunction['examples'] => [
  [{ shape: [2, 3] }, ...more],
  [{ shape: [2, 3], dtype: 'int32', range: [-4, 5] }, ...more],
  [{ shape: [2, 3], dtype: 'bool', range: [0, 2] }, ...more],
]

/** The same numbers as another type; as the type that it has, the tensor itself. */
const conversion = (dtype: string): TensorFunction => ({
  method: true,
  methodOnly: true,
  arguments: [tensor('x')],
  means: given => (given.tensor('x').dtype === dtype ? 'x' : `cast['${dtype}'](x)`),
  examples: examples(),
  source: 'tfjs-core/src/public/chained_ops/to_float.ts, to_int.ts, to_bool.ts',
})

/** Changes of the data type. */
export const conversions: TensorFunctions = {
  cast: {
    method: ['cast', 'asType'],
    arguments: [tensor('x'), text('dtype')],
    means: given => (given.tensor('x').dtype === given.value('dtype') ? 'x' : 'cast[dtype](x)'),
    examples: [...examples('float32'), ...examples('int32'), ...examples('bool')],
  },
  toFloat: conversion('float32'),
  toInt: conversion('int32'),
  toBool: conversion('bool'),
}
