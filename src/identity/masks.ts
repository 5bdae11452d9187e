import type { Algebra } from './algebra.js'
import type { Monomial, Monomials } from './monomials.js'
import type { Id } from './values.js'

/** Numbers in a sum to which a mask is added are not larger than this. */
const largestTame = 64

/** Constants of this size may be masks: additive masks are −10⁴ and lower. */
const smallestMask = 9999

/** Which values are what is left of others after a large negative number was added to them, as attention masks are. */
export class Masks {
  readonly #algebra: Algebra
  readonly #monomials: Monomials
  readonly #offsets = new Map<Id, number>()
  readonly #tame = new Map<Id, boolean>()

  constructor(algebra: Algebra, monomials: Monomials) {
    this.#algebra = algebra
    this.#monomials = monomials
  }

  /**
   * Whether a number of at least this size and this sign was added, and no other large one: the constant is an addend as
   * such, and all coefficients are small beside it. A product such as −10⁴ (x − 1)² has such a constant as well, but
   * vanishes where x is 1.
   */
  isMasked(id: Id, sign: 1 | -1 = -1, least = smallestMask): boolean {
    if (sign * this.#offset(id) < least || this.#algebra.isConstant(id)) return false
    const terms = this.#monomials.addends(id) ?? []
    const size = (term: Monomial) => this.#algebra.get(term.coefficient).real!
    const constant = terms.find(({ factors }) => factors.size === 0)
    if (!constant || sign * size(constant) < least) return false
    return terms.every(
      term =>
        term === constant ||
        (Math.abs(size(term)) <= Math.abs(size(constant)) / 100 &&
          [...term.factors.keys()].every(factor => this.#isTame(factor))),
    )
  }

  /** The sum of the large constants that were added to a value as such. */
  #offset(id: Id): number {
    const known = this.#offsets.get(id)
    if (known !== undefined) return known
    const offset = this.#offsetOf(id)
    this.#offsets.set(id, offset)
    return offset
  }

  #offsetOf(id: Id): number {
    const { real, recipe } = this.#algebra.get(id)
    if (real !== undefined) return Math.abs(real) >= smallestMask ? real : 0
    if (recipe.kind === 'sum') return recipe.terms.reduce((sum, term) => sum + this.#offset(term), 0)
    if (recipe.kind !== 'product') return 0
    const [a, b] = recipe.factors.map(factor => ({ factor, real: this.#algebra.get(factor).real }))
    const [constant, other] = a!.real === undefined ? [b!, a!] : [a!, b!]
    return constant.real === undefined ? 0 : constant.real * this.#offset(other.factor)
  }

  /** Whether a sum that was not taken apart is made with small numbers only. */
  #isTame(id: Id): boolean {
    const known = this.#tame.get(id)
    if (known !== undefined) return known
    const { real, recipe } = this.#algebra.get(id)
    const parts =
      recipe.kind === 'sum'
        ? recipe.terms
        : recipe.kind === 'product'
          ? recipe.factors
          : recipe.kind === 'dot'
            ? [...recipe.left, ...recipe.right]
            : []
    const isTame =
      real === undefined ? parts.every(part => this.#isTame(part)) : Math.abs(real) <= largestTame
    this.#tame.set(id, isTame)
    return isTame
  }
}
