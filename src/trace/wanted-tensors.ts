import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { rootOf } from './given-values.js'
import { type Declarations, shapeAsked } from './stated-inputs.js'

/** Tensors of which no shape is known, by the names of the values, and the reasons that come of it. */
export class WantedTensors {
  readonly #paths = new Set<string>()
  readonly #reasons = new Set<Diagnostic>()

  add(paths: readonly string[], reason: Diagnostic | undefined): void {
    for (const path of paths) this.#paths.add(path)
    if (reason && paths.length > 0) this.#reasons.add(reason)
  }

  clear(): void {
    this.#paths.clear()
    this.#reasons.clear()
  }

  /** The names of those that are among the parameters, as `--input` calls them. */
  namesAmong(parameters: readonly string[]): readonly string[] {
    const names = new Set([...this.#paths].flatMap(path => inputName(path) ?? []))
    return [...names].filter(name => parameters.includes(rootOf(name)))
  }

  /** The options that would state what a reason is for want of; undefined where none would. */
  optionsFor(reason: Diagnostic, parameters: readonly string[], declared: Declarations): string | undefined {
    if (!this.#reasons.has(reason)) return undefined
    const names = this.namesAmong(parameters)
    if (names.length === 0) return undefined
    const place = (name: string) => parameters.indexOf(rootOf(name))
    // What holds others is no tensor, or else they are read from it.
    const options = names
      .filter(name => !names.some(other => name.startsWith(`${other}.`)))
      .sort((a, b) => place(a) - place(b))
      .map(
        name =>
          `--input ${name}:${Object.hasOwn(declared, name) ? shapeAsked(declared[name]!.shape) : '[…]'}`,
      )
    return options.join(' ')
  }
}

/** What `--input` calls a value: `inputs[0]` is `inputs.0`. Undefined for what is computed from others. */
export function inputName(path: string): string | undefined {
  return /^[\w$]+(?:\.[\w$]+|\[\d+\])*$/.test(path) ? path.replace(/\[(\d+)\]/g, '.$1') : undefined
}
