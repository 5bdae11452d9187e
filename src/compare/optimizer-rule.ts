import { substituteIn } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Dimension } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { type OptimizerDefinition, optimizers } from '../library/optimizers.js'
import { stepCounters } from '../library/schedule.js'
import { elaborateText } from '../ops/elaborate.js'
import type { TrainingStatement } from '../spec/spec.js'

/** What an optimizer makes of a parameter and of what it keeps for it. */
export interface Stepped {
  readonly theta: Node
  readonly states: ReadonlyMap<string, Node>
}

/** What a step of an optimizer starts from. */
export interface StepStart extends Stepped {
  readonly gradient: Node
  /** The number of the step, from 1. */
  readonly time: Dimension
}

const words = (text: string): readonly string[] => text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? []

/** The rule of a stated optimizer, by the equations of the table; settings that are not stated have the framework's defaults. */
export class OptimizerRule {
  /** What it keeps for each parameter, with what that is before the first step. */
  readonly states: ReadonlyMap<string, Attribute>
  /** Whether the spec states every number that the rule computes with. */
  readonly isComplete: boolean
  /** The numbers that it computes with, as far as they are known. */
  readonly numbers: readonly number[]
  /** A setting that has no value. */
  readonly missing: string | undefined
  readonly #update: readonly (readonly [string, string])[]
  readonly #values: ReadonlyMap<string, Attribute>

  constructor(stated: TrainingStatement, symbol: (name: string) => Dimension | undefined) {
    const definition: OptimizerDefinition = optimizers[stated.kind]!
    const settingOf = (name: string): Attribute | undefined => {
      const value = stated.settings[name]?.value
      const fallback = definition.settings.find(own => own.name === name)?.default
      return value === undefined ? fallback : substituteIn(value, symbol)
    }
    this.#update = definition.update(settingOf)
    const used = new Set(this.#update.flatMap(([, right]) => words(right)))
    const counted = definition.settings.filter(({ letter }) => used.has(letter) || letter.endsWith('_0'))
    this.#values = new Map(
      counted.flatMap(({ name, letter }) => {
        const value = settingOf(name)
        return value === undefined ? [] : [[letter, value] as const]
      }),
    )
    this.missing = counted.find(({ letter }) => !this.#values.has(letter))?.name
    this.isComplete = definition.settings.every(
      ({ name }) => stated.settings[name] || typeof settingOf(name) === 'boolean',
    )
    this.numbers = [...this.#values.values()].filter(value => typeof value === 'number')
    const defined = new Set<string>()
    const states = new Map<string, Attribute>()
    const written = new Set(this.#update.map(([left]) => left))
    for (const [left, right] of this.#update) {
      for (const name of words(right))
        if (name !== 'θ' && written.has(name) && !defined.has(name))
          states.set(name, this.#values.get(`${name}_0`) ?? 0)
      defined.add(left)
    }
    this.states = states
  }

  /** One step, as values of the graph. */
  step({ theta, states, gradient, time }: StepStart, builder: GraphBuilder): Stepped | Problem {
    const known = new Map<string, Node>([['θ', theta], ['g', gradient], ...states])
    const counter = stepCounters.get('t')
    const setting = (value: Attribute | undefined) =>
      value === undefined ? undefined : substituteIn(value, name => (name === counter ? time : undefined))
    const value = (name: string) => known.get(name) ?? (name === 't' ? time : setting(this.#values.get(name)))
    for (const [left, right] of this.#update) {
      const node = elaborateText(right, { value }, builder)
      if (isProblem(node)) return node
      known.set(left, node)
    }
    return {
      theta: known.get('θ')!,
      states: new Map([...this.states.keys()].map(name => [name, known.get(name)!])),
    }
  }
}
