import type { TensorType } from '../../graph/type.js'
import { resolveAxis } from '../../ops/shape.js'
import { samples } from '../axes.js'
import { type LayerDefinition, unmodelled } from '../layer.js'
import { axisText } from './keys.js'

const source = 'tfjs-layers/src/layers/merge.ts'

const names = (inputs: readonly TensorType[]) => inputs.map((_, i) => `x_${i + 1}`)

const tooFew = { problem: 'it merges at least two tensors' }

/** The inputs with axes of size 1 behind the batch axis, until all have one rank: `Merge.call`. */
function aligned(inputs: readonly TensorType[]): readonly string[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape!.length))
  return inputs.map(({ shape }, i) => {
    const axes = Array.from({ length: rank - shape!.length }, (_, k) => k + 1)
    return axes.length > 0 ? `expandDims[[${axes.join(', ')}]](x_${i + 1})` : `x_${i + 1}`
  })
}

function merge(
  kind: string,
  className: string,
  means: (names: readonly string[]) => string,
  clonesFirst?: true,
): LayerDefinition {
  return {
    kind,
    className,
    summary: 'Several tensors combined element by element.',
    source,
    inputs: 'many',
    masks: (_, __, masked) =>
      masked.some(Boolean)
        ? unmodelled('TensorFlow.js combines the masks of merged tensors into one that fits no layer')
        : null,
    axes: samples,
    ...(clonesFirst && { clonesFirst }),
    config: {},
    parameters: () => [],
    means: (_, inputs) => (inputs.length < 2 ? tooFew : means(aligned(inputs))),
  }
}

const nested = (name: string) => (list: readonly string[]) => list.reduce((a, b) => `${name}(${a}, ${b})`)

/** Layers that combine tensors. */
export const mergeLayers: readonly LayerDefinition[] = [
  merge('add', 'Add', list => list.join(' + '), true),
  merge('multiply', 'Multiply', list => list.join(' * '), true),
  merge('average', 'Average', list => `(${list.join(' + ')}) / ${list.length}`, true),
  merge('maximum', 'Maximum', nested('maximum')),
  merge('minimum', 'Minimum', nested('minimum')),
  {
    kind: 'concatenate',
    className: 'Concatenate',
    summary: 'Several tensors one behind the other.',
    source,
    inputs: 'many',
    masks: ({ axis }, inputs, masked) => {
      if (!masked.some(Boolean)) return null
      const isFeatures = inputs.every(({ shape }) => shape!.length === 3 && resolveAxis(axis, 3) === 2)
      if (!isFeatures) return unmodelled('the mask of sequences that are joined along time is not modelled')
      return masked.flatMap((has, i) => (has ? [`mask_${i + 1}`] : [])).join(' * ')
    },
    axes: samples,
    config: { axis: { kind: 'axis', effect: 'function', tfjs: -1, paper: -1, summary: 'along which axis' } },
    parameters: () => [],
    means: ({ axis }, inputs) => {
      const rank = inputs[0]!.shape!.length
      const along = resolveAxis(axis, rank)
      if (typeof along !== 'number') return along
      return inputs.length < 2 ? tooFew : `concat[${axisText(along, rank)}](${names(inputs).join(', ')})`
    },
  },
  {
    kind: 'dot',
    className: 'Dot',
    summary: 'Products of two tensors summed over one axis of each.',
    source,
    inputs: 'many',
    axes: samples,
    config: {
      axes: { kind: 'axes', effect: 'function', summary: 'the axis of each tensor, counted from the batch' },
      normalize: {
        kind: 'boolean',
        effect: 'function',
        tfjs: false,
        paper: false,
        summary: 'whether the vectors are scaled to length 1 before',
      },
    },
    parameters: () => [],
    means: ({ axes, normalize }, inputs) => {
      if (inputs.length !== 2) return { problem: `it multiplies two tensors, not ${inputs.length}` }
      if (!Array.isArray(axes) && typeof axes !== 'number')
        return { problem: 'the axes are not known whole numbers' }
      const pair = Array.isArray(axes) ? (axes as readonly number[]) : [axes, axes]
      const [i, j] = pair.map((axis, k) => resolveAxis(axis, inputs[k]!.shape!.length))
      if (typeof i !== 'number' || typeof j !== 'number') return { problem: 'there are no such axes' }
      const operand = (name: string, axis: number) =>
        normalize ? `${name} / sqrt(maximum(sum[[${axis}]](square(${name})), 0.0000001))` : name
      return `dot[[${i}, ${j}]](${operand('x_1', i)}, ${operand('x_2', j)})`
    },
  },
]
