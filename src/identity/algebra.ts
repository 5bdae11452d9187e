import { product, squared } from './bounds.js'
import { Complexity } from './complexity.js'
import { Constants } from './constants.js'
import { cellsOf, indexOf, keyOf, mergeCuts } from './cuts.js'
import type { Degree } from './degree.js'
import { inverse, type Lanes, moduli, multiply, width } from './field.js'
import {
  type Cut,
  type Description,
  type Id,
  mostValues,
  OutOfReach,
  type Split,
  UnluckyPoints,
  type Value,
  Values,
} from './values.js'

/** Roots come after all lines of cases. */
const firstRoot = 1e9

/** The rational operations on values, with cases and square roots carried through. */
export class Algebra {
  readonly values: Values
  readonly constants: Constants
  readonly zero: Id
  readonly one: Id
  readonly #complexity: Complexity
  readonly #roots = new Map<Id, number>()
  #lines = 0

  constructor(seed: number, literals: Iterable<number> = []) {
    this.values = new Values(seed)
    this.#complexity = new Complexity(this.values)
    this.constants = new Constants(this.values, literals)
    this.zero = this.constants.zero
    this.one = this.constants.one
  }

  get(id: Id): Value {
    return this.values.get(id)
  }

  number(x: number): Id {
    return this.constants.number(x)
  }

  isConstant(id: Id): boolean {
    return this.get(id).real !== undefined
  }

  /** Known to be greater than 0. */
  isPositive(id: Id): boolean {
    const { low, nonzero } = this.get(id)
    return low > 1e-12 || (low >= 0 && nonzero)
  }

  add(a: Id, b: Id): Id {
    if (a === this.zero) return b
    if (b === this.zero) return a
    const [x, y] = [this.get(a), this.get(b)]
    if (x.real !== undefined && y.real !== undefined) return this.constants.add(a, b)
    for (const [id, value] of [
      [a, x],
      [b, y],
    ] as const)
      if (isInfinite(value)) return id
    if ((x.split || y.split) && this.#complexity.fits([a, b]))
      return this.#once(
        this.#sums,
        a,
        b,
        () => this.#combineCases(a, b, (p, q) => this.add(p, q)) ?? this.#addRoots(a, b),
      )
    return this.#plainSum([a, b])
  }

  /** Sums and products of values with more structure than a number, by both operands. */
  readonly #sums = new Map<number, Id>()
  readonly #products = new Map<number, Id>()

  #once(known: Map<number, Id>, a: Id, b: Id, make: () => Id): Id {
    const key = Math.min(a, b) * mostValues + Math.max(a, b)
    const result = known.get(key) ?? make()
    known.set(key, result)
    return result
  }

  negate(a: Id): Id {
    return this.multiply(this.constants.minusOne, a)
  }

  subtract(a: Id, b: Id): Id {
    return a === b ? this.zero : this.add(a, this.negate(b))
  }

  /** The sum of many; cells are kept where all terms together have few. */
  sum(terms: readonly Id[]): Id {
    if (terms.length === 0) return this.zero
    if (terms.length === 1) return terms[0]!
    if (terms.every(id => this.isConstant(id))) return terms.reduce((sum, term) => this.add(sum, term))
    const special = terms.filter(id => this.get(id).split || isInfinite(this.get(id)))
    return terms.length === 2 ||
      (special.length > 0 && this.#complexity.fits(special)) ||
      special.some(id => isInfinite(this.get(id)))
      ? terms.reduce((sum, term) => this.add(sum, term))
      : this.#plainSum(terms)
  }

  #sumIsPositive(terms: readonly Id[]): boolean {
    return terms.some(id => this.isPositive(id)) && terms.every(id => this.get(id).low >= 0)
  }

  #plainSum(terms: readonly Id[]): Id {
    const lanes = new Float64Array(width)
    let [low, high, analytic] = [0, 0, true]
    const degree = this.values.degrees.sum(terms.map(id => this.get(id).degree))
    const nonzero = this.#sumIsPositive(terms)
    for (const id of terms) {
      const value = this.get(id)
      for (let lane = 0; lane < width; lane++) {
        const total = lanes[lane]! + value.lanes[lane]!
        lanes[lane] = total >= moduli[lane]! ? total - moduli[lane]! : total
      }
      low += value.low
      high += value.high
      analytic &&= value.analytic
    }
    return this.#intern(lanes, { recipe: { kind: 'sum', terms }, degree, low, high, analytic, nonzero })
  }

  multiply(a: Id, b: Id): Id {
    if (a === this.one) return b
    if (b === this.one) return a
    const [x, y] = [this.get(a), this.get(b)]
    if (x.real !== undefined && y.real !== undefined) return this.constants.multiply(a, b)
    if (isInfinite(x) || isInfinite(y)) return this.#scaleInfinity(a, b)
    if (a === this.zero || b === this.zero) return this.zero
    const lanes = x.lanes.map((value, lane) => multiply(value, y.lanes[lane]!, lane))
    if ((x.split || y.split) && this.#complexity.fits([a, b]))
      return this.#once(
        this.#products,
        a,
        b,
        // What was multiplied before its cases were known stays the product: both are the same function.
        () =>
          this.values.find(lanes) ??
          this.#combineCases(a, b, (p, q) => this.multiply(p, q)) ??
          this.#multiplyRoots(a, b),
      )
    const [low, high] = a === b ? squared(x) : product(x, y)
    return this.#intern(lanes, {
      recipe: { kind: 'product', factors: [a, b] },
      degree: this.values.degrees.product(x.degree, y.degree),
      low,
      high,
      nonzero: x.nonzero && y.nonzero,
      analytic: x.analytic && y.analytic,
    })
  }

  #scaleInfinity(a: Id, b: Id): Id {
    const [constant, other] = isInfinite(this.get(a)) ? [a, b] : [b, a]
    const { split } = this.get(other)
    if (split?.kind === 'cases')
      return this.cases(
        split.variable,
        split.cuts,
        split.parts.map(part => this.multiply(constant, part)),
      )
    if (this.isPositive(other)) return constant
    throw new OutOfReach('infinity is multiplied by a number that is not known')
  }

  /** Σ left · right. */
  dot(left: readonly Id[], right: readonly Id[]): Id {
    const plain = (id: Id) => !this.get(id).split && !isInfinite(this.get(id))
    if (left.length <= 2 || !left.every(plain) || !right.every(plain))
      return this.sum(left.map((id, i) => this.multiply(id, right[i]!)))
    const lanes = new Float64Array(width)
    let [low, high, analytic] = [0, 0, true]
    const terms: Degree[] = []
    for (let i = 0; i < left.length; i++) {
      const [x, y] = [this.get(left[i]!), this.get(right[i]!)]
      for (let lane = 0; lane < width; lane++) {
        const p = moduli[lane]!
        const total = lanes[lane]! + multiply(x.lanes[lane]!, y.lanes[lane]!, lane)
        lanes[lane] = total >= p ? total - p : total
      }
      terms.push(this.values.degrees.product(x.degree, y.degree))
      const [least, most] = left[i] === right[i] ? squared(x) : product(x, y)
      low += least
      high += most
      analytic &&= x.analytic && y.analytic
    }
    const degree = this.values.degrees.sum(terms)
    return this.#intern(lanes, { recipe: { kind: 'dot', left, right }, degree, low, high, analytic })
  }

  readonly #inverses = new Map<Id, Id>()

  /** 1 / a, the same for ever: cases of a that become known later do not count. */
  inverse(a: Id): Id {
    const known = this.#inverses.get(a) ?? this.#inverse(a)
    this.#inverses.set(a, known)
    return known
  }

  #inverse(a: Id): Id {
    const value = this.get(a)
    if (value.real !== undefined) return this.constants.inverse(a)
    const { split } = value
    if (split?.kind === 'cases') return this.mapCases(split, part => this.inverse(part))
    if (split) {
      const [p, q] = split.parts
      if (p === this.zero)
        return this.root(split.radicand, this.zero, this.inverse(this.multiply(q, split.radicand)))
      const norm = this.subtract(this.multiply(p, p), this.multiply(this.multiply(q, q), split.radicand))
      const factor = this.inverse(norm)
      return this.root(split.radicand, this.multiply(p, factor), this.negate(this.multiply(q, factor)))
    }
    const lanes = new Float64Array(width)
    for (let lane = 0; lane < width; lane++) {
      if (value.lanes[lane] === 0) throw new UnluckyPoints()
      lanes[lane] = inverse(value.lanes[lane]!, moduli[lane]!)
    }
    const signed = this.isPositive(a)
    return this.#intern(lanes, {
      recipe: { kind: 'inverse', of: a },
      degree: this.values.degrees.power(value.degree, -1, a),
      low: signed ? (Number.isFinite(value.high) ? 1 / value.high : 0) : Number.NEGATIVE_INFINITY,
      high: signed && value.low > 1e-12 ? 1 / value.low : Number.POSITIVE_INFINITY,
      nonzero: true,
      analytic: value.analytic,
    })
  }

  divide(a: Id, b: Id): Id {
    return this.multiply(a, this.inverse(b))
  }

  /** a to a whole power. */
  integerPower(a: Id, exponent: number): Id {
    if (exponent < 0) return this.inverse(this.integerPower(a, -exponent))
    let result = this.one
    let square = a
    for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = this.multiply(result, square)
      if (rest > 1) square = this.multiply(square, square)
    }
    return result
  }

  /** A new line of cases. */
  newLine(): number {
    return this.#lines++
  }

  mapCases(split: Extract<Split, { kind: 'cases' }>, f: (part: Id) => Id): Id {
    return this.cases(split.variable, split.cuts, split.parts.map(f))
  }

  readonly #knownCases = new Map<string, Id>()

  /** What becomes of several values in each of their cases. */
  mapAllCases(ids: readonly Id[], f: (parts: readonly Id[]) => Id): Id {
    const lines = ids.flatMap(id => {
      const { split } = this.get(id)
      return split?.kind === 'cases' ? [split.variable] : []
    })
    if (lines.length === 0 || !this.#complexity.fits(ids)) return f(ids)
    const variable = Math.min(...lines)
    const cuts = mergeCuts(ids.map(id => this.#cutsAt(id, variable)))
    return this.cases(
      variable,
      cuts,
      cellsOf(cuts).map(cell =>
        this.mapAllCases(
          ids.map(id => this.#partAt(id, variable, cell)),
          f,
        ),
      ),
    )
  }

  /** The value that is one of the parts, by where the line's variable lies between the cuts. */
  cases(variable: number, cuts: readonly Cut[], parts: readonly Id[]): Id {
    const key = `${variable} ${cuts.map(keyOf)} ${parts}`
    const known = this.#knownCases.get(key) ?? this.#cases(variable, cuts, parts)
    this.#knownCases.set(key, known)
    return known
  }

  #cases(variable: number, cuts: readonly Cut[], parts: readonly Id[]): Id {
    let top = variable
    for (const part of parts) {
      const { split } = this.get(part)
      if (split?.kind === 'cases') top = Math.min(top, split.variable)
    }
    if (top < variable) {
      const outer = mergeCuts(parts.map(part => this.#cutsAt(part, top)))
      return this.cases(
        top,
        outer,
        cellsOf(outer).map(cell =>
          this.cases(
            variable,
            cuts,
            parts.map(part => this.#partAt(part, top, cell)),
          ),
        ),
      )
    }
    const all = mergeCuts([cuts, ...parts.map(part => this.#cutsAt(part, variable))])
    const cells = cellsOf(all).map(cell => this.#partAt(parts[indexOf(cuts, cell)]!, variable, cell))
    const kept = all.flatMap((cut, i) => (cells[i] === cells[i + 1] ? [] : [{ cut, part: cells[i + 1]! }]))
    const first = cells[0]!
    if (kept.length === 0) return first
    const lanes: Lanes = this.get(first).lanes.slice()
    let before = this.get(first)
    let { low, high, nonzero } = before
    for (const { cut, part } of kept) {
      const value = this.get(part)
      const step = this.get(this.values.atom(`cut ${variable} ${cut.at} ${cut.strict}`)).lanes
      for (let lane = 0; lane < width; lane++) {
        const p = moduli[lane]!
        const change = multiply(step[lane]!, (value.lanes[lane]! - before.lanes[lane]! + p) % p, lane)
        lanes[lane] = (lanes[lane]! + change) % p
      }
      before = value
      low = Math.min(low, value.low)
      high = Math.max(high, value.high)
      nonzero &&= value.nonzero
    }
    return this.#intern(lanes, {
      degree: this.values.degrees.sum(
        [first, ...kept.map(({ part }) => part)].map(part => this.get(part).degree),
        1,
      ),
      low,
      high,
      nonzero,
      analytic: false,
      split: {
        kind: 'cases',
        variable,
        cuts: kept.map(({ cut }) => cut),
        parts: [first, ...kept.map(({ part }) => part)],
      },
    })
  }

  /** p + q · √radicand. */
  root(radicand: Id, p: Id, q: Id): Id {
    if (q === this.zero) return p
    const atom = this.get(this.values.positiveAtom(`root of ${radicand}`))
    const variable = this.#roots.get(radicand) ?? firstRoot + this.#roots.size
    this.#roots.set(radicand, variable)
    const { degrees } = this.values
    const [x, y] = [this.get(p), this.get(q)]
    const lanes = x.lanes.map(
      (value, lane) => (value + multiply(y.lanes[lane]!, atom.lanes[lane]!, lane)) % moduli[lane]!,
    )
    const alone = p === this.zero
    const inside = this.get(radicand)
    const [low, high] = product(y, {
      low: Math.sqrt(Math.max(0, inside.low)),
      high: Math.sqrt(Math.max(0, inside.high)),
    })
    return this.#intern(lanes, {
      degree: degrees.sum([x.degree, degrees.product(y.degree, atom.degree)]),
      low: x.low + low,
      high: x.high + high,
      nonzero: alone && y.nonzero && inside.nonzero,
      analytic: x.analytic && y.analytic && inside.analytic,
      split: { kind: 'root', variable, radicand, parts: [p, q] },
    })
  }

  #addRoots(a: Id, b: Id): Id {
    const { radicand, first, second } = this.#alignRoots(a, b)
    return this.root(radicand, this.add(first[0], second[0]), this.add(first[1], second[1]))
  }

  #multiplyRoots(a: Id, b: Id): Id {
    const { radicand, first, second } = this.#alignRoots(a, b)
    const [p, q] = first
    const [r, s] = second
    return this.root(
      radicand,
      this.add(this.multiply(p, r), this.multiply(this.multiply(q, s), radicand)),
      this.add(this.multiply(p, s), this.multiply(q, r)),
    )
  }

  #alignRoots(a: Id, b: Id): { radicand: Id; first: readonly [Id, Id]; second: readonly [Id, Id] } {
    const [x, y] = [this.get(a).split, this.get(b).split]
    const variable = Math.min(
      x?.variable ?? Number.POSITIVE_INFINITY,
      y?.variable ?? Number.POSITIVE_INFINITY,
    )
    const top = (x?.variable === variable ? x : y) as Extract<Split, { kind: 'root' }>
    const parts = (id: Id, split: Split | undefined): readonly [Id, Id] =>
      split?.kind === 'root' && split.variable === variable ? split.parts : [id, this.zero]
    return { radicand: top.radicand, first: parts(a, x), second: parts(b, y) }
  }

  #combineCases(a: Id, b: Id, f: (a: Id, b: Id) => Id): Id | undefined {
    const [x, y] = [this.get(a).split, this.get(b).split]
    const lines = [x, y].flatMap(split => (split?.kind === 'cases' ? [split.variable] : []))
    if (lines.length === 0) return undefined
    const variable = Math.min(...lines)
    const cuts = mergeCuts([this.#cutsAt(a, variable), this.#cutsAt(b, variable)])
    return this.cases(
      variable,
      cuts,
      cellsOf(cuts).map(cell => f(this.#partAt(a, variable, cell), this.#partAt(b, variable, cell))),
    )
  }

  /** Cuts of a value at a variable that is nowhere below another one. */
  #cutsAt(id: Id, variable: number): readonly Cut[] {
    const { split } = this.get(id)
    return split?.kind === 'cases' && split.variable === variable ? split.cuts : []
  }

  #partAt(id: Id, variable: number, cell: Cut | undefined): Id {
    const { split } = this.get(id)
    return split?.kind === 'cases' && split.variable === variable
      ? split.parts[indexOf(split.cuts, cell)]!
      : id
  }

  /** Whether a value has so few cases that what is made of it may have cases of their own in each. */
  hasFewCases(id: Id): boolean {
    return this.#complexity.hasFewCases(id)
  }

  #intern(lanes: Lanes, description: Description): Id {
    return this.values.intern(lanes, description)
  }
}

export function isInfinite({ real }: Value): boolean {
  return real === Number.POSITIVE_INFINITY || real === Number.NEGATIVE_INFINITY
}
