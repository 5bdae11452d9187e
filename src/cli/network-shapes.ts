/** What a model takes and gives for one example, where nothing else is known of it. */
export interface NetworkShapes {
  readonly inputs: readonly (readonly number[])[]
  readonly outputs: readonly (readonly number[])[]
  /** Whether it is handed over as a model that does not train. */
  readonly isFrozen: boolean
}

const shapes = String.raw`\[\s*\d+(?:\s*,\s*\d+)*\s*\]`
const list = String.raw`${shapes}(?:\s*,\s*${shapes})*`
const form = new RegExp(`^\\s*(${list})\\s*->\\s*(${list})(\\s+frozen)?\\s*$`)

/** Whether a text is meant for shapes, and not for a path. */
export const isNetworkShapes = (text: string): boolean => /^\s*\[.*->/.test(text)

/**
 * `[4],[2]->[1]`: the shapes of inputs and of outputs, without the batch, and `frozen` behind them; undefined where it is
 * written in another way.
 */
export function readNetworkShapes(text: string): NetworkShapes | undefined {
  const [, inputs, outputs, frozen] = form.exec(text) ?? []
  if (inputs === undefined || outputs === undefined) return undefined
  const read = (part: string) =>
    [...part.matchAll(/\[([^\]]*)\]/g)].map(([, sizes]) => sizes!.split(',').map(Number))
  return { inputs: read(inputs), outputs: read(outputs), isFrozen: frozen !== undefined }
}

const count = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1)

/**
 * A model of these shapes, as Keras writes models: all outputs depend on all inputs, not linearly, by parameters without
 * which there is no other output. It stands for any network.
 */
export function standInFor(name: string, { inputs, outputs, isFrozen }: NetworkShapes): object {
  const layers: object[] = []
  const layer = (className: string, own: string, from: readonly string[], config: object): string => {
    layers.push({
      class_name: className,
      name: own,
      config: { name: own, ...config },
      inbound_nodes: from.length === 0 ? [] : [from.map(other => [other, 0, 0, {}])],
    })
    return own
  }
  const given = inputs.map((shape, i) =>
    layer('InputLayer', `${name}_input_${i + 1}`, [], { batch_input_shape: [null, ...shape] }),
  )
  const flat = inputs.map((shape, i) =>
    shape.length === 1 ? given[i]! : layer('Flatten', `${name}_flatten_${i + 1}`, [given[i]!], {}),
  )
  const joined = flat.length === 1 ? flat[0]! : layer('Concatenate', `${name}_concatenate`, flat, {})
  const dense = (own: string, from: string, config: object) => layer('Dense', own, [from], config)
  const first = dense(`${name}_dense_1`, joined, { units: 3, activation: 'tanh', use_bias: false })
  const second = dense(`${name}_dense_2`, first, { units: 3, activation: 'tanh', use_bias: true })
  const made = outputs.map((shape, i) => {
    const own = dense(`${name}_output_${i + 1}`, second, {
      units: count(shape),
      activation: 'linear',
      use_bias: true,
    })
    return shape.length === 1
      ? own
      : layer('Reshape', `${name}_reshape_${i + 1}`, [own], { target_shape: shape })
  })
  const places = (names: readonly string[]) => names.map(own => [own, 0, 0])
  const config = { name, layers, input_layers: places(given), output_layers: places(made) }
  return { isAny: true, ...(isFrozen && { isFrozen }), class_name: 'Functional', config }
}
