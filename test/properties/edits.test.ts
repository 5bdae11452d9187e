import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Finding } from '../../src/compare/verdict.js'
import { check } from '../../src/pipeline.js'
import { positionAt, type Span, sourceFile } from '../../src/text/source.js'
import { differencesIn } from '../support/findings.js'
import { inMemory } from '../support/project.js'

/** A layer as both sides write it: a key of the layer table and its configuration. */
interface Step {
  readonly kind: string
  readonly config: Readonly<Record<string, string | number | boolean>>
}

/** What is aligned: a layer without its activation, or an activation. */
interface Unit {
  readonly part: 'layer' | 'activation'
  readonly what: string
  readonly config: Step['config']
  /** Which step of its side it belongs to. */
  readonly step: number
}

const activation = fc.constantFrom('relu', 'tanh', 'sigmoid', 'softplus')
const size = fc.integer({ min: 2, max: 9 })
const rate = fc.constantFrom(0.1, 0.25, 0.5)
const configOf = (entries: Record<string, fc.Arbitrary<string | number | boolean>>) => fc.record(entries)
const optional = (kind: string, entries: Record<string, fc.Arbitrary<string | number | boolean>>) =>
  fc
    .tuple(configOf(entries), fc.option(activation, { nil: undefined, freq: 2 }))
    .map(([config, name]): Step => ({ kind, config: name ? { ...config, activation: name } : config }))
const plain = (kind: string, entries: Record<string, fc.Arbitrary<string | number | boolean>>) =>
  configOf(entries).map((config): Step => ({ kind, config }))

const anywhere = [
  plain('activation', { activation }),
  plain('dropout', { rate }),
  plain('batchNormalization', {
    epsilon: fc.constantFrom(0.001, 0.01),
    momentum: fc.constantFrom(0.9, 0.99),
  }),
]
const recurrent = (kind: string) =>
  plain(kind, {
    units: size,
    activation: fc.constant('tanh'),
    returnSequences: fc.constant(true),
    ...(kind !== 'simpleRNN' && { recurrentActivation: fc.constantFrom('sigmoid', 'hardSigmoid') }),
    ...(kind === 'lstm' && { unitForgetBias: fc.boolean() }),
  })
const same = { padding: fc.constant('same') }

/** Layers that fit in any order, for inputs of each rank. */
const families: readonly { readonly shape: readonly number[]; readonly step: fc.Arbitrary<Step> }[] = [
  {
    shape: [6],
    step: fc.oneof(
      optional('dense', { units: size, useBias: fc.boolean() }),
      plain('layerNormalization', {}),
      ...anywhere,
    ),
  },
  {
    shape: [7, 6, 3],
    step: fc.oneof(
      optional('conv2d', { filters: size, kernelSize: fc.constantFrom(1, 3), ...same }),
      plain('maxPooling2d', { poolSize: fc.constantFrom(2, 3), strides: fc.constant(1), ...same }),
      plain('averagePooling2d', { poolSize: fc.constantFrom(2, 3), strides: fc.constant(1), ...same }),
      ...anywhere,
    ),
  },
  {
    shape: [5, 4],
    step: fc.oneof(
      recurrent('lstm'),
      recurrent('gru'),
      recurrent('simpleRNN'),
      optional('conv1d', { filters: size, kernelSize: fc.constantFrom(1, 3), ...same }),
      ...anywhere,
    ),
  },
]

type Edit = (steps: readonly Step[]) => readonly Step[]

/** An edit, and how many units it inserts, deletes, moves or changes at most. */
interface Change {
  readonly apply: Edit
  readonly cost: (steps: readonly Step[]) => number
}

const unitCount = (step: Step | undefined) => (step ? unitsOf([step]).length : 0)

function changes(step: fc.Arbitrary<Step>): fc.Arbitrary<Change> {
  const place = fc.nat({ max: 99 })
  const at = (steps: readonly Step[], i: number) => i % Math.max(1, steps.length)
  return fc.oneof(
    fc.tuple(place, step).map(
      ([i, added]): Change => ({
        apply: steps => steps.toSpliced(at(steps, i), 0, added),
        cost: () => unitCount(added),
      }),
    ),
    place.map(
      (i): Change => ({
        apply: steps => steps.toSpliced(at(steps, i), 1),
        cost: steps => unitCount(steps[at(steps, i)]),
      }),
    ),
    fc.tuple(place, step).map(
      ([i, other]): Change => ({
        apply: steps => steps.toSpliced(at(steps, i), 1, other),
        cost: steps => unitCount(steps[at(steps, i)]) + unitCount(other),
      }),
    ),
    fc.tuple(place, place).map(
      ([i, j]): Change => ({
        apply: steps => {
          const moved = steps[at(steps, i)]
          const rest = steps.toSpliced(at(steps, i), 1)
          return moved ? rest.toSpliced(at(steps, j), 0, moved) : rest
        },
        cost: steps => 2 * unitCount(steps[at(steps, i)]),
      }),
    ),
    fc.tuple(place, step).map(
      ([i, other]): Change => ({
        apply: steps =>
          steps.map((own, k) =>
            k === at(steps, i) && own.kind === other.kind ? { ...own, config: other.config } : own,
          ),
        cost: steps => {
          const own = steps[at(steps, i)]
          return own?.kind === other.kind ? Math.max(unitCount(own), unitCount(other)) : 0
        },
      }),
    ),
  )
}

/** A stack and what edits made of it. */
const edited = fc.oneof(
  ...families.map(({ shape, step }) =>
    fc
      .tuple(
        fc.array(step, { minLength: 3, maxLength: 8 }),
        fc.array(changes(step), { minLength: 0, maxLength: 3 }),
      )
      .map(([specified, edits]) => {
        let implemented: readonly Step[] = specified
        let cost = 0
        for (const { apply, cost: own } of edits) {
          cost += own(implemented)
          implemented = apply(implemented)
        }
        return { shape, specified, implemented, cost }
      })
      .filter(({ implemented }) => implemented.length > 0),
  ),
)

function unitsOf(steps: readonly Step[]): readonly Unit[] {
  return steps.flatMap(({ kind, config }, step): readonly Unit[] => {
    const isRecurrent = 'returnSequences' in config
    if (isRecurrent) return [{ part: 'layer', what: kind, config, step }]
    const { activation: name, ...rest } = config
    return [
      ...(kind === 'activation' ? [] : [{ part: 'layer', what: kind, config: rest, step } as const]),
      ...(name ? [{ part: 'activation', what: String(name), config: {}, step } as const] : []),
    ]
  })
}

const literal = (value: string | number | boolean) =>
  typeof value === 'string' ? `'${value}'` : String(value)

/** One line for each step, so that a line is a step. */
const codeOf = (steps: readonly Step[], shape: readonly number[]) =>
  [
    ...steps.map(({ kind, config }, i) => {
      const entries = Object.entries(config).map(([key, value]) => `${key}: ${literal(value)}`)
      const all = i === 0 ? [...entries, `inputShape: [${shape.join(', ')}]`] : entries
      const before = i === 0 ? 'exports.createModel = () => { const model = tf.sequential(); ' : ''
      return `${before}model.add(tf.layers.${kind}({ ${all.join(', ')} }))`
    }),
    'return model }',
  ].join('\n')

const firstSpecLine = 4
const specOf = (steps: readonly Step[], shape: readonly number[]) =>
  [
    'title: a stack',
    `inputs: { x: [${shape.join(', ')}] }`,
    'model:',
    ...steps.map(({ kind, config }) => {
      const entries = Object.entries(config).map(([key, value]) => `${key}: ${value}`)
      return `  - ${kind}: { ${entries.join(', ')} }`
    }),
  ].join('\n')

/** The unit that a span of one side names. */
function unitAt(units: readonly Unit[], span: Span | undefined, firstLine: number): Unit {
  const line = positionAt(span!.file, span!.start).line - firstLine
  const text = span!.file.text.slice(span!.start, span!.end)
  const own = units.filter(({ step }) => step === line)
  const found =
    own.find(({ part, what }) => part === 'activation' && text.replaceAll("'", '') === what) ??
    own.find(({ part }) => part === 'layer') ??
    own[0]
  if (!found) throw new Error(`no unit at ${text}`)
  return found
}

/** Edits by finding: what they take away on each side, and what they change where both have it. */
function explained(findings: readonly Finding[], specified: readonly Unit[], implemented: readonly Unit[]) {
  const gone = new Set<Unit>()
  const added = new Set<Unit>()
  const changed = new Map<Unit, Set<string>>()
  const unknown: string[] = []
  for (const { diagnostic } of findings) {
    const { code, span, related, values } = diagnostic
    const place = related.find(({ message }) => message === 'specified here')?.span
    const isActivation = code.startsWith('activation-')
    const left = () => {
      const unit = unitAt(specified, place, firstSpecLine)
      return isActivation
        ? (specified.find(other => other.step === unit.step && other.part === 'activation') ?? unit)
        : unit
    }
    const right = () => {
      const unit = unitAt(implemented, span, 1)
      return isActivation
        ? (implemented.find(other => other.step === unit.step && other.part === 'activation') ?? unit)
        : unit
    }
    if (code === 'layer-missing' || code === 'activation-missing') gone.add(left())
    else if (code === 'layer-extra' || code === 'activation-extra') added.add(right())
    else if (code === 'layer-order') {
      gone.add(left())
      added.add(right())
    } else if (code === 'layer-kind-different' || code === 'activation-different')
      changed.set(left(), new Set(['*']))
    else if (code === 'config-different' || code === 'framework-default-differs') {
      const unit = left()
      changed.set(unit, new Set([...(changed.get(unit) ?? []), String(values.key)]))
    } else unknown.push(code)
  }
  return { gone, added, changed, unknown }
}

/** What the findings leave unexplained when they are applied to the spec. */
function unexplained(
  { gone, added, changed, unknown }: ReturnType<typeof explained>,
  specified: readonly Unit[],
  implemented: readonly Unit[],
): readonly string[] {
  const left = specified.filter(unit => !gone.has(unit))
  const right = implemented.filter(unit => !added.has(unit))
  if (left.length !== right.length) return [...unknown, `${left.length} units for ${right.length}`]
  return [
    ...unknown,
    ...left.flatMap((unit, i) => {
      const other = right[i]!
      const keys = changed.get(unit)
      if (keys?.has('*')) return []
      if (unit.what !== other.what) return [`${unit.what} is ${other.what}`]
      return Object.keys(unit.config).flatMap(key =>
        unit.config[key] === other.config[key] || keys?.has(key) ? [] : [`${key} of ${unit.what}`],
      )
    }),
  ]
}

/** A rectifier behind a rectifier does nothing. */
const isIdle = ({ what }: Unit, before: Unit | undefined) => what === 'relu' && before?.what === 'relu'
const text = (units: readonly Unit[]) =>
  units
    .filter((unit, i) => !isIdle(unit, units[i - 1]))
    .map(({ what, config }) => `${what} ${JSON.stringify(config)}`)

/**
 * A check of an edited stack says that it is as written exactly if both sides are the same units. What it finds is a
 * script of edits: applied to the spec it gives the code, and it touches no more units than the edits did. The script
 * may be another one, since different edits can have one result.
 */
test('findings are edits that make of the spec what the code is', () => {
  let decided = 0
  let undecided = 0
  fc.assert(
    fc.property(edited, ({ shape, specified, implemented, cost }) => {
      const { verdict, comparison, diagnostics } = check(
        {
          files: inMemory({ 'model.js': codeOf(implemented, shape) }),
          path: 'model.js',
          target: 'createModel',
        },
        sourceFile('spec.yaml', specOf(specified, shape)),
      )
      expect(diagnostics.map(({ message }) => message)).toEqual([])
      const [left, right] = [unitsOf(specified), unitsOf(implemented)]
      const isSame = text(left).join() === text(right).join()
      expect(verdict === 'as written').toBe(isSame)
      if (verdict === 'unverified') undecided++
      else decided++
      if (verdict !== 'differs') return
      const found = explained(differencesIn(comparison!.findings), left, right)
      expect(unexplained(found, left, right)).toEqual([])
      expect(found.gone.size + found.added.size + found.changed.size).toBeLessThanOrEqual(cost)
    }),
    { numRuns: 40, seed: 11 },
  )
  expect(undecided).toBeLessThanOrEqual(decided / 20)
})
