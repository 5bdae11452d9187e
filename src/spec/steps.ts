import type { ConfigEntry } from '../graph/model.js'
import { resolveConfig, textOf } from '../library/config.js'
import { layerNamed, layers } from '../library/layers/table.js'
import { nearest } from '../text/nearest.js'
import type { Span } from '../text/source.js'
import type { SpecContext } from './context.js'
import { resultOf } from './lines.js'
import { Namespace } from './namespace.js'
import { readPassage } from './passage.js'
import { isPassage, type PlannedLayer, type PlannedParameter, type PlannedStep } from './plan.js'
import { readExpression } from './read-off.js'
import { readRounds } from './rounds.js'
import { isStepKey, readSettings, statementOf } from './settings.js'
import { declaredName } from './statements.js'
import { entriesOf, itemsOf, scalarOf, spanOf, type YamlEntry, type YamlNode } from './yaml.js'

/** Steps that are not one layer, each with the keys that it can have beside its own. */
export const combinators: Readonly<Record<string, readonly string[]>> = {
  repeat: ['from', 'notes'],
  residual: ['from', 'name', 'cite', 'notes'],
  branches: ['merge', 'from', 'name', 'cite', 'notes'],
  use: ['from', 'name', 'notes'],
  equation: ['where', 'cite', 'notes'],
  equations: ['where', 'cite', 'notes'],
}

const isCombinator = (key: string): boolean => Object.hasOwn(combinators, key)

/** A spec with more steps is refused: repeats in repeats multiply. */
const mostSteps = 20_000

/** The layer that a residual sum is, and the ones that a branch can end in. */
const sum = 'add'

/** Reads the steps of models into applications of layers. */
export class StepReader {
  readonly #context: SpecContext
  readonly #models: ReadonlyMap<string, YamlEntry>
  /** What was read so far, in order of computation. */
  readonly planned: PlannedStep[] = []
  readonly #parameters = new Map<string, PlannedParameter>()
  readonly #functions = new Set<string>()
  readonly layers = new Map<string, PlannedLayer>()
  readonly #values = new Set<string>()
  #namespace = new Namespace()
  #applied: string | undefined
  readonly #counts = new Map<string, number>()
  readonly #used = new Map<string, readonly PlannedLayer[]>()
  /** Models whose steps are being read. */
  readonly #open = new Set<string>()
  #steps = 0
  #replay: PlannedLayer[] | undefined
  #record: PlannedLayer[] | undefined

  /** `functions` are what equations can apply beside those that they define. */
  constructor(
    context: SpecContext,
    models: ReadonlyMap<string, YamlEntry>,
    inputs: readonly string[],
    functions: readonly string[] = [],
  ) {
    this.#context = context
    this.#models = models
    for (const name of inputs) this.#define(name)
    for (const name of functions) this.#functions.add(name)
  }

  /** Where names are given now. */
  get scope(): Namespace {
    return this.#namespace
  }

  /** Reads what has names of its own, which count in it alone. */
  within<Result>(prefix: string, read: () => Result): Result {
    const outer = this.#namespace
    this.#namespace = new Namespace(prefix, outer)
    const result = read()
    this.#namespace = outer
    return result
  }

  /** A value by the name that it has in the whole of the spec; its own name counts from here to the end of the round. */
  #define(whole: string): void {
    this.#values.add(whole)
    const { prefix } = this.#namespace
    if (whole.startsWith(prefix)) this.#namespace.give(whole.slice(prefix.length))
  }

  has(value: string): boolean {
    return this.#values.has(value)
  }

  get values(): readonly string[] {
    return [...this.#values]
  }

  /** Runs steps one after the other on a value; the result is the last one's. */
  steps(node: YamlNode | null | undefined, start: readonly string[], prefix: string): readonly string[] {
    // A key that is missing has been reported.
    if (node === undefined) return start
    const items = itemsOf(node)
    if (!items) {
      const span = node ? spanOf(node, this.#context.file) : { file: this.#context.file, start: 0, end: 0 }
      this.#context.report(
        'spec-invalid-value',
        {
          layer: 'model',
          key: 'steps',
          value: String(scalarOf(node) ?? 'entries'),
          expected: 'a list of steps',
        },
        span,
      )
      return start
    }
    let current = start
    for (const item of items) {
      if (this.#isFull(item)) return current
      current = this.#step(item, current, prefix)
    }
    return current
  }

  /** Whether there are too many steps; said once. */
  #isFull(node: YamlNode): boolean {
    if (this.#steps > mostSteps) return true
    this.#steps++
    if (this.#steps <= mostSteps) return false
    const values = { layer: 'model', key: 'steps', value: `more than ${mostSteps}`, expected: 'fewer' }
    this.#context.report('spec-invalid-value', values, spanOf(node, this.#context.file))
    return true
  }

  #step(node: YamlNode, current: readonly string[], prefix: string): readonly string[] {
    const context = this.#context
    const span = spanOf(node, context.file)
    const word = scalarOf(node)
    if (typeof word === 'string') return this.#layer(word, span, span, undefined, new Map(), current, prefix)
    const entries = entriesOf(node, context.file)
    if (!entries) {
      context.report(
        'spec-invalid-value',
        {
          layer: 'model',
          key: 'step',
          value: String(word ?? 'a list'),
          expected: 'a layer such as `dense: 120`',
        },
        span,
      )
      return current
    }
    const fields = new Map(entries.map(entry => [entry.key, entry]))
    const head =
      entries.find(({ key }) => isCombinator(key)) ??
      entries.find(({ key }) => layerNamed(key)) ??
      entries.find(({ key }) => !isStepKey(key))
    if (!head) {
      context.report('spec-missing-key', { layer: 'step', key: 'a layer' }, span)
      return current
    }
    const inputs = this.#from(fields.get('from'), current)
    if (isCombinator(head.key)) {
      const known = [head.key, ...combinators[head.key]!]
      for (const { key, keySpan } of entries)
        if (!known.includes(key)) context.unknownKey(head.key, key, known, keySpan)
    }
    if (head.key === 'repeat') return this.#repeat(head, inputs, prefix)
    if (head.key === 'residual') return this.#residual(head, fields, inputs, prefix)
    if (head.key === 'branches') return this.#branches(head, fields, inputs, prefix, span)
    if (head.key === 'equation' || head.key === 'equations') return this.equation(head, fields, inputs)
    if (head.key === 'use') return this.#use(head, inputs, fields.get('name'))
    return this.#layer(head.key, head.keySpan, span, head, fields, inputs, prefix)
  }

  #from(entry: YamlEntry | undefined, current: readonly string[]): readonly string[] {
    if (!entry) return current
    const names = itemsOf(entry.value)?.map(
      item => [declaredName(String(scalarOf(item))), spanOf(item, this.#context.file)] as const,
    ) ?? [[declaredName(String(scalarOf(entry.value))), entry.span] as const]
    return names.flatMap(([name, span]) => {
      const whole = this.#namespace.find(name)
      if (whole !== undefined && this.#values.has(whole)) return [whole]
      const suggestion = nearest(name, this.#namespace.visible)
      this.#context.report(
        'spec-unknown-name',
        { kind: 'input or earlier step', name },
        span,
        suggestion && `did you mean \`${suggestion}\`?`,
      )
      return []
    })
  }

  #layer(
    kind: string,
    kindSpan: Span,
    span: Span,
    head: YamlEntry | undefined,
    fields: ReadonlyMap<string, YamlEntry>,
    inputs: readonly string[],
    prefix: string,
  ): readonly string[] {
    const context = this.#context
    const definition = layerNamed(kind)
    if (!definition) {
      const suggestion = nearest(kind, [...Object.keys(layers), ...Object.keys(combinators)])
      context.report(
        'spec-unknown-name',
        { kind: 'layer', name: kind },
        kindSpan,
        suggestion ? `did you mean \`${suggestion}\`?` : `layers are ${Object.keys(layers).join(', ')}`,
      )
      return inputs
    }
    const replayed = this.#replay?.shift()
    if (replayed) return this.#apply(replayed, inputs, replayed.name, span)
    const before = context.diagnostics.length
    const given = readSettings(context, definition, head, fields)
    const nameEntry =
      fields.get('name') ?? entriesOf(head?.value, context.file)?.find(({ key }) => key === 'name')
    const givenName = this.#nameIn(nameEntry)
    const count = (this.#counts.get(definition.kind) ?? 0) + 1
    this.#counts.set(definition.kind, count)
    const name = `${prefix}${givenName ?? `${definition.kind}${count}`}`
    if (this.#values.has(name))
      context.report(
        'spec-invalid-value',
        { layer: definition.kind, key: 'name', value: name, expected: 'a name that is not taken' },
        nameEntry?.span ?? span,
      )
    const isRead = context.diagnostics.length === before
    const resolved = resolveConfig(definition, given, 'paper', head?.keySpan ?? span)
    // A misspelled key would be reported a second time, as missing.
    context.diagnostics.push(
      ...resolved.diagnostics.filter(({ code }) => isRead || code !== 'spec-missing-key'),
    )
    if (context.diagnostics.length > before) {
      this.#define(name)
      return [name]
    }
    const citation = context.citation(fields.get('cite'))
    const named = givenName !== undefined
    const config: Record<string, ConfigEntry> = { ...resolved.config }
    if (named) config.name = { value: name, from: 'given', span: nameEntry!.span }
    const layer: PlannedLayer = {
      id: this.layers.size,
      name,
      named,
      definition,
      config,
      span,
      statement: statementOf(definition, given),
      ...(citation && { citation }),
    }
    this.layers.set(name, layer)
    this.#record?.push(layer)
    return this.#apply(layer, inputs, name, span)
  }

  #nameIn(entry: YamlEntry | undefined): string | undefined {
    const name = scalarOf(entry?.value)
    if (!entry || typeof name === 'string') return name as string | undefined
    const values = { layer: 'step', key: 'name', value: textOf(name ?? null), expected: 'a text' }
    this.#context.report('spec-invalid-value', values, entry.span)
    return undefined
  }

  /** Reads a step of equations. The result is the value of the last one, or the one that no other reads. */
  equation(
    head: YamlEntry,
    fields: ReadonlyMap<string, YamlEntry>,
    current: readonly string[],
    becomes?: string,
  ): readonly string[] {
    const scope = this.#namespace
    const known = { ...this.#known, ...(becomes !== undefined && { becomes }) }
    const passage = readPassage(this.#context, head, fields, known)
    if (!passage) return current
    const values = passage.lines.filter(({ kind }) => kind === 'value' || kind === 'step')
    const isTaken = (name: string) => this.#values.has(scope.find(name) ?? '')
    for (const { output, range } of passage.lines) {
      if (isTaken(output) && values.some(line => line.output === output)) {
        const problem = `\`${output}\` is already defined`
        const place = passage.at(...range)
        this.#context.report('spec-equation', { equation: passage.lines[0]!.statement, problem }, place)
      }
    }
    for (const line of passage.lines)
      if (line.kind !== 'function') this.#define(`${scope.prefix}${line.output}`)
    this.planned.push(passage)
    const last = resultOf(
      values.filter(({ isApplied }) => !isApplied),
      passage,
    )
    const applied = values.at(-1)
    this.#applied =
      applied?.isApplied && applied.range[0] > (last?.range[0] ?? -1) ? applied.output : undefined
    return last ? [`${scope.prefix}${last.output}`] : current
  }

  get #known() {
    return { scope: this.#namespace, functions: this.#functions, parameters: this.#parameters }
  }

  /** The value of the function that equations define last, if nothing comes after it. */
  get appliedLast(): string | undefined {
    return this.#applied
  }

  /** `L_{loc}` of `L_{loc}(t, v) = …`: what a function of values that is not called elsewhere comes to. */
  valueOf(name: string): string | undefined {
    const applied = this.planned.flatMap(step =>
      isPassage(step) ? step.lines.filter(line => line.isApplied && line.clause === name) : [],
    )
    return applied.length === 1 ? applied[0]!.output : undefined
  }

  /** The name that the value of an expression has; undefined where it is none of what is defined. */
  readOff(node: YamlNode): string | undefined {
    const passage = readExpression(this.#context, node, this.#known)
    if (!passage) return undefined
    this.planned.push(passage)
    return passage.lines[0]!.output
  }

  #apply(layer: PlannedLayer, inputs: readonly string[], wanted: string, span: Span): readonly string[] {
    this.#applied = undefined
    let output = wanted
    for (let i = 2; this.#values.has(output); i++) output = `${wanted}/${i}`
    this.#define(output)
    this.planned.push({ layer, inputs, output, span })
    return [output]
  }

  #repeat({ value, span }: YamlEntry, inputs: readonly string[], prefix: string): readonly string[] {
    const context = this.#context
    const fields = context.fields(value, 'repeat', ['times', 'for', 'input', 'steps'], ['steps'])
    const input = this.#nameIn(fields.get('input'))
    const rounds = readRounds(context, fields, this.#namespace, span) ?? []
    let current = inputs
    for (const [i, round] of rounds.entries()) {
      const own = `${prefix}repeat${i + 1}.`
      current = this.within(own, () => {
        if (input !== undefined && current[0] !== undefined) this.#namespace.give(input, current[0])
        this.#namespace.stateSizes(round)
        return context.within(round, span, () => this.steps(fields.get('steps')?.value, current, own))
      })
    }
    return current
  }

  #residual(
    { value, keySpan }: YamlEntry,
    whole: ReadonlyMap<string, YamlEntry>,
    inputs: readonly string[],
    prefix: string,
  ): readonly string[] {
    const fields = itemsOf(value)
      ? new Map<string, YamlEntry>()
      : this.#context.fields(value, 'residual', ['steps', 'shortcut'], ['steps'])
    const main = this.steps(itemsOf(value) ? value : fields.get('steps')?.value, inputs, prefix)
    const shortcut = fields.has('shortcut')
      ? this.steps(fields.get('shortcut')!.value, inputs, prefix)
      : inputs
    return this.#layer(sum, keySpan, keySpan, undefined, aboutTheStep(whole), [...main, ...shortcut], prefix)
  }

  #branches(
    { value, span }: YamlEntry,
    fields: ReadonlyMap<string, YamlEntry>,
    inputs: readonly string[],
    prefix: string,
    whole: Span,
  ): readonly string[] {
    const results = (itemsOf(value) ?? []).flatMap(branch => this.steps(branch, inputs, prefix))
    if (results.length === 0)
      this.#context.report(
        'spec-invalid-value',
        { layer: 'branches', key: 'branches', value: 'none', expected: 'a list of lists of steps' },
        span,
      )
    const merge = fields.get('merge')
    if (!merge) return results
    const kind = scalarOf(merge.value)
    if (typeof kind === 'string')
      return this.#layer(kind, merge.span, whole, undefined, aboutTheStep(fields), results, prefix)
    const [head] = entriesOf(merge.value, this.#context.file) ?? []
    if (head) return this.#layer(head.key, head.keySpan, whole, head, aboutTheStep(fields), results, prefix)
    const values = {
      layer: 'branches',
      key: 'merge',
      value: textOf(kind ?? null),
      expected: 'a layer such as `add`',
    }
    this.#context.report('spec-invalid-value', values, merge.span)
    return results
  }

  /** Applies an earlier layer again, or a model that `models:` defines: with the same parameters every time. */
  #use(
    { value, span }: YamlEntry,
    inputs: readonly string[],
    nameEntry: YamlEntry | undefined,
  ): readonly string[] {
    const name = String(scalarOf(value))
    const given = scalarOf(nameEntry?.value)
    const wanted = typeof given === 'string' ? given : name
    const layer = this.layers.get(this.#namespace.find(name) ?? name)
    if (layer) return this.#apply(layer, inputs, wanted, span)
    const model = this.#models.get(name)
    if (!model) {
      const suggestion = nearest(name, [...this.layers.keys(), ...this.#models.keys()])
      this.#context.report(
        'spec-unknown-name',
        { kind: 'layer or model', name },
        span,
        suggestion && `did you mean \`${suggestion}\`?`,
      )
      return inputs
    }
    if (this.#open.has(name)) {
      const expected = 'a model that does not use itself'
      this.#context.report('spec-invalid-value', { layer: 'step', key: 'use', value: name, expected }, span)
      return inputs
    }
    this.#open.add(name)
    const results = this.#useModel(name, model, inputs, wanted)
    this.#open.delete(name)
    return results
  }

  #useModel(name: string, model: YamlEntry, inputs: readonly string[], wanted: string): readonly string[] {
    const known = this.#used.get(name)
    if (known) {
      const outer = this.#replay
      this.#replay = [...known]
      const results = this.steps(model.value, inputs, `${wanted}.`)
      this.#replay = outer
      return results
    }
    const outer = this.#record
    this.#record = []
    const results = this.steps(model.value, inputs, `${name}.`)
    this.#used.set(name, this.#record)
    this.#record = outer
    return results
  }
}

/** The keys that say something about a step as a whole. */
function aboutTheStep(fields: ReadonlyMap<string, YamlEntry>): ReadonlyMap<string, YamlEntry> {
  return new Map([...fields].filter(([key]) => isStepKey(key)))
}
