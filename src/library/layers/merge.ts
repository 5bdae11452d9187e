import type { TensorType } from '../../graph/type.js'
import type { LayerDefinition } from '../layer.js'

const source = 'tfjs-layers/src/layers/merge.ts'

const names = (inputs: readonly TensorType[]) => inputs.map((_, i) => `x_${i + 1}`)

function merge(
  kind: string,
  className: string,
  means: (names: readonly string[]) => string,
): LayerDefinition {
  return {
    kind,
    className,
    summary: 'Several tensors combined element by element.',
    source,
    inputs: 'many',
    config: {},
    parameters: () => [],
    means: (_, inputs) => means(names(inputs)),
  }
}

const nested = (name: string) => (list: readonly string[]) => list.reduce((a, b) => `${name}(${a}, ${b})`)

/** Layers that combine tensors. */
export const mergeLayers: readonly LayerDefinition[] = [
  merge('add', 'Add', list => list.join(' + ')),
  merge('multiply', 'Multiply', list => list.join(' * ')),
  merge('average', 'Average', list => `(${list.join(' + ')}) / ${list.length}`),
  merge('maximum', 'Maximum', nested('maximum')),
  merge('minimum', 'Minimum', nested('minimum')),
  {
    kind: 'concatenate',
    className: 'Concatenate',
    summary: 'Several tensors one behind the other.',
    source,
    inputs: 'many',
    config: { axis: { kind: 'axis', effect: 'function', tfjs: -1, paper: -1, summary: 'along which axis' } },
    parameters: () => [],
    means: (_, inputs) => `concat[axis](${names(inputs).join(', ')})`,
  },
  {
    kind: 'dot',
    className: 'Dot',
    summary: 'Products of two tensors summed over one axis of each.',
    source,
    inputs: 'many',
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
    means: ({ axes, normalize }, [x, y]) => {
      if (normalize) return { problem: 'normalised products are not modelled' }
      const pair = Array.isArray(axes) ? (axes as readonly number[]) : [axes as number, axes as number]
      const [i, j] = pair.map((axis, k) => (axis < 0 ? axis + [x, y][k]!.shape!.length : axis))
      return `dot[[${i}, ${j}]](x_1, x_2)`
    },
  },
]
