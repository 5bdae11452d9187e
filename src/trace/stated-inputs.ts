import type { Remark } from '../core/program.js'
import { dimensionText, symbol } from '../graph/dimension.js'
import type { Shape } from '../graph/type.js'
import type { Library, StatedTensor, TensorDeclaration } from './host.js'

/** An input of a model that a spec states, for the parameter of a target that it may be. */
export interface StatedInput {
  readonly name: string
  readonly declaration: TensorDeclaration
}

/** A parameter of a function, as far as values for it are concerned. */
export interface Taken {
  readonly name: string
  /** Whether a call without a value for it has nothing to take instead. */
  readonly required: boolean
  /** What the source says of it beside the code, or of the object that it is a field of. */
  readonly remarks?: readonly Remark[]
  /** For a field of a parameter that is a pattern: its key. */
  readonly field?: string
  /** What instances of a class of the library are applied to is a batch. */
  readonly isBatch?: true
}

/** Tensors for parameters, by the name of the parameter; nested ones by path. */
export type Declarations = Readonly<Record<string, TensorDeclaration>>

/** Which parameters the stated inputs are, and whether names say so, what the code does with them, or their place alone. */
export interface Match {
  readonly inputs: Declarations
  readonly by: 'name' | 'use' | 'place'
  /** Those that their place alone says. */
  readonly placed: readonly string[]
}

/**
 * Finds the parameters that stated inputs are: those of the same name, and for the others the other parameters that need a
 * value, in order, if there are as many of both and what the code does with them is not against it. Otherwise only the
 * inputs are found that have a name in common with a parameter.
 */
export function matchInputs(
  stated: readonly StatedInput[],
  parameters: readonly Taken[],
  used: Declarations = {},
): Match {
  const names = new Set(parameters.map(({ name }) => name))
  const named = stated.filter(({ name }) => names.has(name))
  const others = stated.filter(({ name }) => !names.has(name))
  const isNamed = new Set(named.map(({ name }) => name))
  const free = parameters.filter(({ name, required }) => required && !isNamed.has(name))
  const placed =
    others.length === free.length ? others.map((input, i) => [free[i]!.name, input.declaration] as const) : []
  const uses = placed.filter(([name]) => Object.hasOwn(used, name))
  const isAgainst = uses.some(([name, { shape }]) => !mayBe(shape, used[name]!.shape))
  const byName = named.map(({ name, declaration }) => [name, declaration] as const)
  const inputs = Object.fromEntries(isAgainst ? byName : [...byName, ...placed])
  const by = named.length > 0 ? 'name' : uses.length > 0 && !isAgainst ? 'use' : 'place'
  return { inputs, by, placed: isAgainst ? [] : placed.map(([name]) => name) }
}

/** Declarations of which some are guesses. */
export function withGuesses(inputs: Declarations, guessed: readonly string[]): Declarations {
  const entries = Object.entries(inputs).map(([name, declaration]) => {
    const { stated } = declaration
    const isGuess = stated && guessed.includes(name)
    return [name, isGuess ? { ...declaration, stated: { ...stated, isGuess } } : declaration] as const
  })
  return Object.fromEntries(entries)
}

/** Whether a tensor of one shape may have the other. */
const mayBe = (some: Shape, others: Shape): boolean =>
  some.length === others.length &&
  some.every((size, i) => typeof size !== 'number' || typeof others[i] !== 'number' || size === others[i])

/** The tensors that the types of parameters speak of, and those that types and comments do; comments come first. */
export interface Remarked {
  readonly typed: Declarations
  readonly all: Declarations
}

export function remarkedInputs(library: Library, parameters: readonly Taken[]): Remarked {
  const entries = parameters
    .filter(({ required }) => required)
    .flatMap(({ name, field, remarks = [] }) =>
      library
        .stated(remarks)
        .filter(({ path }) => field === undefined || path[0] === field)
        .map(tensor => {
          const path = [name, ...tensor.path.slice(field === undefined ? 0 : 1)].join('.')
          return [path, declarationOf(path, tensor)] as const
        }),
    )
  return {
    typed: firstOfEach(entries.filter(([, { stated }]) => stated?.by === 'type')),
    all: firstOfEach(entries),
  }
}

const firstOfEach = (entries: readonly (readonly [string, TensorDeclaration])[]): Declarations =>
  Object.fromEntries([...entries, ...[...entries].reverse()])

/** An open size of the tensor `x` is called `x.shape[0]`, as code reads it. */
function declarationOf(path: string, { sizes, dtype, by, span }: StatedTensor): TensorDeclaration {
  const shape = sizes.map((size, i) =>
    typeof size === 'number' ? size : symbol(size ?? `${path}.shape[${i}]`, true),
  )
  return { shape, dtype, stated: { by, span } }
}

/** What a spec declares, with whether the code says, or the library, that these are tensors of so many axes. */
export function withRemarks(
  spec: Declarations,
  remarks: Declarations,
  parameters: readonly Taken[],
): Declarations {
  const batches = new Set(parameters.flatMap(({ name, isBatch }) => (isBatch ? [name] : [])))
  const entries = Object.entries(spec).map(([path, declaration]) => {
    const { stated } = declaration
    const isSaid = stated && (batches.has(path) || remarks[path]?.shape.length === declaration.shape.length)
    return [
      path,
      isSaid ? { ...declaration, stated: { ...stated, isRankSaid: true as const } } : declaration,
    ] as const
  })
  return Object.fromEntries(entries)
}

/** The option that gives a value to a symbol: to an open size by the shape of its tensor, to any other by its name. */
export function optionOf(symbolName: string): string {
  const [, path] = /^(.+)\.shape\[\d+\]$/.exec(symbolName) ?? []
  return path === undefined ? `--arg ${symbolName}=VALUE` : `--input ${path}:[…]`
}

/** A shape as `--input` takes it, with a mark for each size that has to be given. */
export function shapeAsked(shape: Shape): string {
  const sizes = shape.map(dimensionText).map(text => (/^\w+$/.test(text) ? text : '…'))
  return `[${sizes.join(',')}]`
}

/** A tensor of which two statements cannot both hold. */
export interface Contradiction {
  readonly path: string
  readonly remark: TensorDeclaration
  readonly spec: TensorDeclaration
}

/** Where remarks give a tensor another rank than a spec does, or another number as a size. */
export function contradictions(remarks: Declarations, spec: Declarations): readonly Contradiction[] {
  return Object.entries(spec).flatMap(([path, declaration]): readonly Contradiction[] => {
    const [at, remark] =
      Object.entries(remarks).find(([other]) => other === path || other.startsWith(`${path}.`)) ?? []
    if (!remark) return []
    return at === path && mayBe(remark.shape, declaration.shape) ? [] : [{ path, remark, spec: declaration }]
  })
}
