import { add, apply, type Dimension, divide, multiply, subtract } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import { Misfit } from './misfit.js'
import { type AxisBuilder, ownRank, type Placed } from './named-axes.js'
import { resolveAxis } from './shape.js'
import { opTable } from './table.js'

/** The op behind each binary sign; juxtaposition depends on the ranks. */
export const signs: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '^': 'power',
  '<': 'less',
  '>': 'greater',
  '<=': 'lessEqual',
  '>=': 'greaterEqual',
  '=': 'equal',
  '!=': 'notEqual',
}

/** What a sign does to sizes. */
export const arithmetic: Readonly<Record<string, (a: Dimension, b: Dimension) => Dimension>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  product: multiply,
  '/': divide,
  '^': (a, b) => apply('power', [a, b]),
}

/** Names with a fixed value, unless the environment says otherwise. */
export const constants: ReadonlyMap<string, Attribute> = new Map<string, Attribute>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['infinity', Number.POSITIVE_INFINITY],
  ['π', Math.PI],
])

/** Names of functions of papers that are spelled otherwise in the op table. */
export const synonyms: Readonly<Record<string, string>> = {
  σ: 'sigmoid',
  sigm: 'sigmoid',
  sigma: 'sigmoid',
  ln: 'log',
  ReLU: 'relu',
  ELU: 'elu',
  SELU: 'selu',
  GELU: 'gelu',
  SiLU: 'swish',
  Swish: 'swish',
  abs: 'absolute',
  Concat: 'concat',
  sg: 'stopGradient',
  stopgrad: 'stopGradient',
  diag: 'diagonal',
}

/** Ops by their names in small letters, where no two have the same: papers write `Softmax` and `LeakyReLU`. */
const inSmallLetters: ReadonlyMap<string, string> = new Map(
  Object.keys(opTable).map(name => [name.toLowerCase(), name]),
)

/** The op that a function of an equation is; a letter by itself stands for no op. */
export function opNamed(name: string): string | undefined {
  if (Object.hasOwn(opTable, name)) return name
  return synonyms[name] ?? (name.length > 2 ? inSmallLetters.get(name.toLowerCase()) : undefined)
}

/** The functions of the language, in each spelling of their names. */
export const functionNames: readonly string[] = [...Object.keys(synonyms), ...Object.keys(opTable)]

/** Functions that mean another op where they have several arguments: each is joined to the ones before. */
export const ofSeveral: Readonly<Record<string, string>> = { max: 'maximum', min: 'minimum' }

/** Functions that papers take of one vector at a time. */
export const ofOneVector: ReadonlySet<string> = new Set(['norm'])

/** Names that have a value without a definition. */
export const languageConstants: ReadonlySet<string> = new Set(constants.keys())

/** Functions of values with named axes that are no ops. */
export const ofPlaces: Readonly<Record<string, (axes: AxisBuilder, given: readonly Placed[]) => Placed>> = {
  /** `⟨x, y⟩`, of vectors, however they stand. */
  innerProduct: (axes, [x, y, ...others]) =>
    x && y && others.length === 0 ? axes.inner(x, y) : misfit('an inner product is of two vectors'),
  /** The sum by which `p ∝ x` of a vector is divided. */
  sumOfVector: (axes, [x]) =>
    x && ownRank(x) === 1
      ? { node: axes.node('sum', [x.node], { axes: [-1], keepDims: false }), axes: x.axes }
      : misfit('`∝` without an index is of a vector: write the index, as `p_i ∝ …`'),
}

/** Whether the op table, or the language itself, has a function of that name. */
export function isFunctionOfTheLanguage(name: string): boolean {
  return Object.hasOwn(measures, name) || Object.hasOwn(ofPlaces, name) || opNamed(name) !== undefined
}

/** Functions whose value is a size or a list of sizes, for use in attributes: `reshape[shape(x)](y)`. */
export const measures: Readonly<Record<string, (of: Node, attributes: readonly unknown[]) => Attribute>> = {
  /** The sizes of all axes. */
  shape: ({ type }) => type.shape ?? misfit('the shape is not known'),
  /** `extent[axis](x)`: the size of one axis. */
  extent: ({ type }, [axis]) => {
    if (!type.shape) return misfit('the shape is not known')
    const at = resolveAxis(typeof axis === 'number' ? axis : undefined, type.shape.length)
    return typeof at === 'number' ? type.shape[at]! : misfit(at.problem)
  },
}

function misfit(problem: string): never {
  throw new Misfit(problem)
}
