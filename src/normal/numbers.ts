import type { GraphBuilder } from '../graph/builder.js'
import {
  type Atom,
  apply,
  type Dimension,
  type FunctionName,
  isPolynomial,
  type PlainTerm,
  symbol,
  termsForPrinting,
} from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'

/**
 * The op that is a function of numbers, of two of them or of one; undefined where no op is it for all numbers:
 * `Math.round` takes halves up and the op `round` to even, a remainder has the sign of the dividend and `modulo` that
 * of the divisor, and of `truncate` there is no op on real numbers.
 */
const ops: Readonly<Record<FunctionName, string | undefined>> = {
  floor: 'floor',
  ceil: 'ceil',
  round: undefined,
  truncate: undefined,
  sqrt: 'sqrt',
  log: 'log',
  exp: 'exp',
  sin: 'sin',
  cos: 'cos',
  abs: 'absolute',
  max: 'maximum',
  min: 'minimum',
  remainder: undefined,
  sum: 'add',
  difference: 'subtract',
  product: 'multiply',
  quotient: 'divide',
  power: 'power',
}

/** The scalar of a number as ops on scalars of its symbols; undefined where it is one symbol, or no symbol at all. */
export function spellNumber({ op, attributes: { value } }: Node, builder: GraphBuilder): Node | undefined {
  if (op !== 'scalar' || !isPolynomial(value)) return undefined
  const spelled = new Spelling(builder).number(value)
  return spelled?.op === 'scalar' ? undefined : spelled
}

/** Nodes that make numbers; undefined where an op refuses one. */
class Spelling {
  readonly #builder: GraphBuilder

  constructor(builder: GraphBuilder) {
    this.#builder = builder
  }

  number(value: Dimension): Node | undefined {
    return isPolynomial(value)
      ? this.#fold(
          'add',
          termsForPrinting(value).map(term => this.#term(term)),
        )
      : this.#node('scalar', [], value)
  }

  /** Numerators over divisors, so that a third is 1 / 3 and not the number nearest to it. */
  #term({ coefficient: { numerator, denominator }, factors }: PlainTerm): Node | undefined {
    const powers = (sign: 1 | -1) =>
      factors
        .filter(({ power }) => Math.sign(power) === sign)
        .flatMap(({ atom, power }) => new Array<Node | undefined>(Math.abs(power)).fill(this.#atom(atom)))
    const above = [...(numerator === 1n ? [] : [this.number(Number(numerator))]), ...powers(1)]
    const below = [...(denominator === 1n ? [] : [this.number(Number(denominator))]), ...powers(-1)]
    const dividend = above.length > 0 ? this.#fold('multiply', above) : this.number(1)
    return below.length > 0 ? this.#node('divide', [dividend, this.#fold('multiply', below)]) : dividend
  }

  #atom(atom: Atom): Node | undefined {
    if (atom.kind === 'symbol') return this.#node('scalar', [], symbol(atom.name, atom.integer))
    const op = ops[atom.name]
    if (op === undefined) return this.#node('scalar', [], apply(atom.name, atom.arguments))
    const operands = atom.arguments.map(argument => this.number(argument))
    return operands.length === 1 ? this.#node(op, operands) : this.#fold(op, operands)
  }

  #fold(op: string, [first, ...others]: readonly (Node | undefined)[]): Node | undefined {
    return others.reduce((left, right) => this.#node(op, [left, right]), first)
  }

  #node(op: string, inputs: readonly (Node | undefined)[], value?: Dimension): Node | undefined {
    if (inputs.includes(undefined)) return undefined
    const node = this.#builder.node(op, inputs as readonly Node[], value === undefined ? {} : { value })
    return isProblem(node) ? undefined : node
  }
}
