import {
  axes,
  type ExampleArgument,
  listed,
  number,
  shape,
  type TensorFunction,
  type TensorFunctions,
  tensor,
  tensors,
} from './function.js'
import { movement } from './movement.js'

const sizes = [4, 3, 5, 2] as const
const of = (rank: number): ExampleArgument => ({ shape: sizes.slice(0, rank) })
const ranks = [1, 2, 3, 4] as const

/** A function of tensors of one rank, under its own name: `pad1d`, …, `pad4d`. */
const forRanks = (name: string, make: (rank: number) => TensorFunction): TensorFunctions =>
  Object.fromEntries(
    ranks.map(rank => [
      `${name}${rank}d`,
      { ...make(rank), source: `tfjs-core/src/ops/${name === 'reverse' ? 'reverse_' : name}${rank}d.ts` },
    ]),
  )

const each = <Item>(rank: number, item: (axis: number) => Item): Item[] =>
  Array.from({ length: rank }, (_, axis) => item(axis))

/** A function that refuses tensors of another rank. */
const ofRank = (rank: number, definition: TensorFunction): TensorFunction => ({
  ...definition,
  means: given => {
    if (given.tensor('x').shape!.length !== rank) return { problem: `it takes a tensor of rank ${rank}` }
    return typeof definition.means === 'string' ? definition.means : definition.means(given)
  },
})

/** Functions of TensorFlow.js that are others for tensors of a certain rank. */
export const rankFunctions: TensorFunctions = {
  ...forRanks('pad', rank =>
    rank === 1
      ? {
          arguments: [tensor('x'), shape('paddings'), number('constantValue', 0)],
          means: given => {
            const [before, after] = given.list('paddings')
            return before === undefined || after === undefined
              ? { problem: 'the paddings are not known' }
              : `pad[0, ${given.put(before)}, ${given.put(after)}, constantValue](x)`
          },
          examples: [
            [of(1), [2, 1]],
            [of(1), [0, 3], 7],
          ],
        }
      : without(movement.pad!, [
          [of(rank), each(rank, axis => [axis, 1])],
          [of(rank), each(rank, () => [1, 0]), 7],
        ]),
  ),
  ...forRanks('slice', rank =>
    without(movement.slice!, [
      [of(rank), ...(rank === 1 ? [1, 2] : [each(rank, () => 1), each(rank, () => 1)])],
    ]),
  ),
  ...forRanks('reverse', rank =>
    rank === 1
      ? { arguments: [tensor('x')], means: 'reverse[0](x)', examples: [[of(1)]] }
      : ofRank(rank, without(movement.reverse!, [[of(rank)], [of(rank), 1], [of(rank), [0, -1]]])),
  ),
  ...forRanks('concat', rank => ({
    arguments: [tensors('x', { types: 'first' }), ...(rank === 1 ? [] : [axes('axis')])],
    means: given => `concat[${rank === 1 ? 0 : 'axis'}](${listed('x', given.tensors('x'))})`,
    examples: [[{ shapes: [sizes.slice(0, rank), sizes.slice(0, rank)] }, ...(rank === 1 ? [] : [rank - 1])]],
  })),
}

/** The same function, which is no method under this name. */
function without(
  { method: _, ...rest }: TensorFunction,
  examples: TensorFunction['examples'],
): TensorFunction {
  return { ...rest, examples }
}
