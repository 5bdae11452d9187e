import { Algebra } from './algebra.js'
import { Comparisons } from './comparisons.js'
import { Functions } from './functions.js'
import { Masks } from './masks.js'
import { Monomials } from './monomials.js'
import { type Id, OutOfReach } from './values.js'

/** All that can be done with numbers of the identity test. */
export class Arithmetic extends Algebra {
  readonly comparisons: Comparisons
  readonly functions: Functions

  constructor(seed: number, literals: Iterable<number> = []) {
    super(seed, literals)
    const monomials = new Monomials(this)
    const masks = new Masks(this, monomials)
    this.comparisons = new Comparisons(this, monomials, masks, ids => this.functions.ordered(ids))
    this.functions = new Functions(this, monomials, this.comparisons, masks)
  }

  minimum(a: Id, b: Id): Id {
    return this.negate(this.comparisons.maximum(this.negate(a), this.negate(b)))
  }

  /** 1 for a number that is not 0. */
  truth(id: Id): Id {
    return this.not(this.comparisons.isZero(id))
  }

  /** 1 − x, for 0 and 1. */
  not(id: Id): Id {
    return this.subtract(this.one, id)
  }

  /** One value per whole number that an index can be. */
  select(index: Id, at: (index: number) => Id): Id {
    const { real, split } = this.get(index)
    if (real !== undefined) {
      if (Number.isInteger(real)) return at(real)
      throw new OutOfReach('an index is not a whole number')
    }
    if (split?.kind === 'cases') return this.mapCases(split, part => this.select(part, at))
    throw new OutOfReach('the positions that are read depend on numbers that are not known')
  }
}
