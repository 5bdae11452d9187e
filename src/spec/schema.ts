import { activations } from '../library/activations.js'
import type { ConfigKey, ConfigKind, LayerDefinition } from '../library/layer.js'
import { commonKeys } from '../library/layers/keys.js'
import { layers } from '../library/layers/table.js'
import { losses } from '../library/losses.js'
import { optimizers } from '../library/optimizers.js'
import { acceptableCodes } from './accepted.js'
import { clippings } from './clippings.js'
import { citationKeys } from './context.js'
import { topKeys } from './read.js'
import { trainingSteps } from './read-algorithm.js'
import { mainKey, type stepKeys } from './settings.js'
import { combinators } from './steps.js'

type Schema = Readonly<Record<string, unknown>>

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })
const either = (...anyOf: readonly Schema[]): Schema => ({ anyOf })
const listOf = (items: Schema): Schema => ({ type: 'array', items })
const map = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
})
const mapOf = (value: Schema): Schema => ({ type: 'object', additionalProperties: value })
const described = (description: string, schema: Schema): Schema => ({ description, ...schema })

/** What a setting of each kind may be; an expression of symbols can stand for a size. */
const kinds: Readonly<Record<Extract<ConfigKind, string>, Schema>> = {
  positiveInteger: ref('size'),
  nonNegativeInteger: ref('size'),
  integer: ref('size'),
  number: ref('quantity'),
  fraction: ref('quantity'),
  boolean: { type: 'boolean' },
  text: { type: 'string' },
  name: { type: 'string' },
  activation: { enum: Object.keys(activations) },
  initializer: { type: 'string' },
  regularizer: { type: 'string' },
  constraint: { type: 'string' },
  shape: either(ref('size'), listOf(either(ref('size'), { type: 'null' }))),
  sizes: either(ref('size'), ref('shape')),
  axis: ref('size'),
  axes: either(ref('size'), listOf(ref('size'))),
  perAxis: either(ref('size'), listOf(ref('size'))),
  pair: listOf(ref('size')),
  border: either(ref('size'), listOf(either(ref('size'), listOf(ref('size'))))),
  padding: { enum: ['valid', 'same'] },
  layer: either(ref('layerName'), { type: 'object' }),
  layers: either(ref('layerName'), { type: 'object' }, listOf({})),
  value: {},
}

/** A null stands for the default. */
function setting({ kind, summary }: ConfigKey): Schema {
  const schema = typeof kind === 'string' ? kinds[kind] : { enum: [...kind.oneOf] }
  return described(summary, Object.keys(schema).length === 0 ? {} : either(schema, { type: 'null' }))
}

function settingsOf({ config }: LayerDefinition): Readonly<Record<string, Schema>> {
  const all = Object.entries({ ...commonKeys, ...config })
  return Object.fromEntries(all.map(([key, value]) => [key, setting(value)]))
}

/** What stands after the layer's name: nothing, the main setting, or settings. */
function layerValue(definition: LayerDefinition): Schema {
  const settings = settingsOf(definition)
  const main = definition.config[mainKey(definition)]
  const value = either({ type: 'null' }, ...(main ? [setting(main)] : []), map(settings))
  return described(definition.summary, value)
}

const aboutStep: Readonly<Record<(typeof stepKeys)[number], Schema>> = {
  name: described('A name for the step; later steps and outputs refer to it.', { type: 'string' }),
  from: described('What goes in: an input, or earlier steps. Without it, the step before.', ref('names')),
  cite: ref('citation'),
  notes: ref('notes'),
}

function layerStep(name: string, definition: LayerDefinition): Schema {
  const beside = Object.entries(settingsOf(definition)).filter(([key]) => key !== name)
  return map({ ...Object.fromEntries(beside), ...aboutStep, [name]: layerValue(definition) }, [name])
}

const steps = ref('steps')

/** What the keys of a step that is not one layer stand for. */
const combinatorValues: Readonly<Record<string, Schema>> = {
  repeat: described('The same steps several times, each time with parameters of their own.', {
    ...map(
      {
        times: described('How often.', ref('size')),
        for: described(
          'What symbols stand for in each round, instead of how often: `f: [64, 128]`.',
          mapOf(listOf(ref('quantity'))),
        ),
        input: described('What equations among the steps call that which goes into a round.', {
          type: 'string',
        }),
        steps,
      },
      ['steps'],
    ),
    oneOf: [{ required: ['times'] }, { required: ['for'] }],
  }),
  residual: described(
    'The sum of what the steps give and of what went in, or of what the shortcut gives.',
    either(steps, map({ steps, shortcut: steps }, ['steps'])),
  ),
  branches: described('Several lists of steps, each on what goes in.', listOf(steps)),
  merge: described(
    'The layer that joins the branches, such as `add`.',
    either(ref('layerName'), { type: 'object' }),
  ),
  use: described('An earlier layer again, or a model of `models`: with the same parameters.', {
    type: 'string',
  }),
  equation: described('An equation such as `h = tanh(x W + b)`.', { type: 'string' }),
  equations: described('Several equations, one a line.', { type: 'string' }),
  where: described('The learned tensors of the equation with their shapes.', mapOf(ref('shape'))),
}

function combinatorStep(name: string, beside: readonly string[]): Schema {
  const schemaOf = (key: string) => combinatorValues[key] ?? aboutStep[key as (typeof stepKeys)[number]]
  return map(Object.fromEntries([name, ...beside].map(key => [key, schemaOf(key)])), [name])
}

/** A name alone, or the name with settings below it. */
function named(name: string, settings: Readonly<Record<string, Schema>>): Schema {
  return map({ [name]: either({ type: 'null' }, map({ ...settings, cite: ref('citation') })) }, [name])
}

const lossNames = Object.entries(losses).flatMap(([name, { aliases }]) => [name, ...aliases])
const layerNames = Object.entries(layers).flatMap(([name, { aliases = [] }]) => [name, ...aliases])

const loss = either(
  { enum: lossNames },
  ...lossNames.map(name =>
    named(name, {
      output: described('The output that it is about.', { type: 'string' }),
      weight: described('Its weight in the sum of all losses.', ref('quantity')),
    }),
  ),
)

const optimizer = described(
  'The optimizer with its settings.',
  either(
    { enum: Object.keys(optimizers) },
    ...Object.entries(optimizers).map(([name, { settings }]) =>
      named(name, Object.fromEntries(settings.map(({ name: key }) => [key, {}]))),
    ),
  ),
)

const oneOrMoreShapes = either(ref('shape'), listOf(ref('shape')))

const networks = described(
  'Functions with learned parameters; the code has a model for each.',
  mapOf(
    map(
      {
        from: described(
          'The shapes of its arguments, without the batch axis, by name or in order.',
          either(oneOrMoreShapes, mapOf(ref('shape'))),
        ),
        to: described(
          'The shape of what it gives, or of each of its outputs by name.',
          either(ref('shape'), mapOf(ref('shape'))),
        ),
        parameters: described('What its parameters are called; `θ_D` for a network `D`.', { type: 'string' }),
        model: described('What it computes, where the spec says it.', steps),
        cite: ref('citation'),
      },
      ['from', 'to'],
    ),
  ),
)

const variables = described('Learned tensors outside of networks, each with its shape.', mapOf(ref('shape')))

/** What the keys of the steps of training stand for. */
const trainingValues: Readonly<Record<string, Schema>> = {
  minimize: described('The name of the value that the step minimises.', { type: 'string' }),
  maximize: described('The name of the value that the step maximises.', { type: 'string' }),
  update: described('What the parameters of a network become: `θ ← …`.', { type: 'string' }),
  repeat: described(
    'Steps that run several times for each time that those outside do.',
    map({ times: described('How often.', ref('size')), steps: ref('trainingSteps') }, ['times', 'steps']),
  ),
  over: described('The networks of which the parameters move, and the variables that do.', ref('names')),
  optimizer,
  equation: combinatorValues.equation!,
  equations: combinatorValues.equations!,
  where: described('What the equations learn or draw, with shapes.', mapOf(ref('shape'))),
  clip: described(
    'How gradients are bounded before the optimizer has them, and by what.',
    map(Object.fromEntries(Object.keys(clippings).map(key => [key, ref('quantity')]))),
  ),
  batch: described('How many examples a step takes.', ref('size')),
  epochs: described('How often training goes through all examples.', ref('size')),
  every: described('Every how many rounds the step runs.', ref('quantity')),
}

function trainingStep(name: string, beside: readonly string[]): Schema {
  const schemaOf = (key: string) => trainingValues[key] ?? aboutStep[key as (typeof stepKeys)[number]]
  return map(Object.fromEntries([name, ...beside].map(key => [key, schemaOf(key)])), [name])
}

/** What the keys at the top of a spec stand for. */
const top: Readonly<Record<string, Schema>> = {
  title: described('What the spec states.', { type: ['string', 'number', 'boolean'] }),
  citation: ref('citation'),
  notes: ref('notes'),
  symbols: described(
    'Sizes and numbers by name. One without a value is left open.',
    mapOf(
      either(
        ref('quantity'),
        { type: 'null' },
        map({
          value: either(ref('quantity'), { type: 'null' }),
          meaning: described('In words.', {}),
          cite: ref('citation'),
        }),
      ),
    ),
  ),
  inputs: described('The inputs by name, each with its shape without the batch axis.', {
    ...mapOf(
      either(
        ref('shape'),
        map(
          {
            shape: ref('shape'),
            dtype: {},
            below: described('Of indices: they count from 0, and are less than this.', ref('size')),
            sums: described('What its numbers along the last axis add up to: those of labels to 1.', {
              type: 'number',
            }),
            batch: described(
              'Whether an axis that counts examples stands in front; it does unless this is false.',
              { type: 'boolean' },
            ),
            meaning: {},
            cite: ref('citation'),
          },
          ['shape'],
        ),
      ),
    ),
    minProperties: 1,
  }),
  networks,
  variables,
  models: described('Models by name, which steps can `use`.', mapOf(steps)),
  model: described('The steps from the inputs to the outputs.', steps),
  outputs: described('Which steps are outputs. Without it, the last one.', ref('names')),
  loss: described('The loss, or one for each output.', either(loss, listOf(loss))),
  optimizer,
  parameters: described(
    'How many parameters there are.',
    either(
      { type: 'number' },
      map({ trainable: ref('quantity'), total: ref('quantity'), cite: ref('citation') }),
    ),
  ),
  training: described('What training does, step by step.', ref('trainingSteps')),
  accepted: described(
    'Differences that are accepted, each with the reason.',
    listOf({
      ...map(
        {
          clause: described('The clause, as a report names it, or the part of the model.', {
            type: 'string',
          }),
          code: described('The finding.', { enum: [...acceptableCodes] }),
          value: described('The value that the code may have.', {}),
          reason: described('Why.', { type: ['string', 'number', 'boolean'] }),
        },
        ['reason'],
      ),
      anyOf: [{ required: ['clause'] }, { required: ['code'] }],
    }),
  ),
}

/**
 * The JSON Schema of a spec, for editors (draft 7): whatever `readSpec` accepts is valid. It says less than `readSpec`:
 * that symbols and names exist and shapes fit, only the reader knows.
 */
export function specSchema(): Schema {
  const layerSteps = Object.entries(layers).flatMap(([name, definition]) =>
    [name, ...(definition.aliases ?? [])].map(each => [`step.${each}`, layerStep(each, definition)] as const),
  )
  const otherSteps = Object.entries(combinators).map(
    ([name, beside]) => [`step.${name}`, combinatorStep(name, beside)] as const,
  )
  const all = [...otherSteps, ...layerSteps]
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A spec of aswritten: a model as a paper states it',
    ...map(Object.fromEntries(topKeys.map(key => [key, top[key] ?? {}])), ['title', 'inputs']),
    anyOf: [{ required: ['model'] }, { required: ['training'] }],
    $defs: {
      size: { type: ['integer', 'string'] },
      quantity: { type: ['number', 'string', 'boolean'] },
      shape: listOf(either(ref('size'), { type: 'null' })),
      names: either({ type: 'string' }, listOf({ type: 'string' })),
      notes: described('Anything; it is not read.', {}),
      citation: described(
        'Where the paper says it: a text, or its parts. `checked: true` once somebody has looked it up.',
        either(
          { type: ['string', 'number'] },
          map(
            Object.fromEntries(citationKeys.map(key => [key, key === 'checked' ? { type: 'boolean' } : {}])),
          ),
        ),
      ),
      layerName: { enum: layerNames },
      steps: listOf(either(ref('layerName'), ...all.map(([name]) => ref(name)))),
      ...Object.fromEntries(all),
      trainingSteps: listOf(
        either(...Object.entries(trainingSteps).map(([name, beside]) => trainingStep(name, beside))),
      ),
    },
  }
}
