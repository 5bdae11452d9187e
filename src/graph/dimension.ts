/**
 * A quantity known at trace time, exactly: a number, or a polynomial over symbols and their inverses.
 * Sizes of tensors are such quantities, and so are hyper-parameters that depend on unbound parameters.
 */
export type Dimension = number | Polynomial

/** A fraction in lowest terms with a positive denominator. */
interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** What a polynomial is over: a symbol, or a function that has no polynomial form. */
export type Atom =
  | { readonly kind: 'symbol'; readonly name: string; readonly integer: boolean }
  | { readonly kind: 'application'; readonly name: FunctionName; readonly arguments: readonly Dimension[] }

/** Functions of dimensions that stay as atoms when their arguments are not numbers. */
export type FunctionName = keyof typeof functions

/** A product of atoms with a number before it. */
export interface Term {
  readonly coefficient: Rational
  /** Atoms with their powers, which are whole and never 0, ordered by key. */
  readonly factors: readonly (readonly [key: string, atom: Atom, power: number])[]
}

/**
 * A sum of terms in canonical order; two equal polynomials have the same `key`. Never a plain number. An atom with a
 * negative power is a divisor: what is said of the polynomial is said of values for which no divisor is 0.
 */
export interface Polynomial {
  readonly kind: 'polynomial'
  readonly terms: readonly Term[]
  readonly key: string
}

/** The functions, as they act on numbers. */
const functions = {
  floor: (x: number) => Math.floor(x),
  ceil: (x: number) => Math.ceil(x),
  round: (x: number) => Math.round(x),
  truncate: (x: number) => Math.trunc(x),
  sqrt: (x: number) => Math.sqrt(x),
  log: (x: number) => Math.log(x),
  exp: (x: number) => Math.exp(x),
  sin: (x: number) => Math.sin(x),
  cos: (x: number) => Math.cos(x),
  abs: (x: number) => Math.abs(x),
  max: (...x: number[]) => Math.max(...x),
  min: (...x: number[]) => Math.min(...x),
  /** Remainder with the sign of the dividend, as in JavaScript. */
  remainder: (x: number, y: number) => x % y,
  sum: (x: number, y: number) => x + y,
  difference: (x: number, y: number) => x - y,
  product: (x: number, y: number) => x * y,
  quotient: (x: number, y: number) => x / y,
  power: (x: number, y: number) => x ** y,
} as const

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name)
}

/** Functions whose value is an integer whatever their arguments. */
const integerValued: ReadonlySet<FunctionName> = new Set(['floor', 'ceil', 'round', 'truncate'])

/** Expansion stops at this many terms; larger powers and products stay as atoms. */
const maximumTerms = 200

/** A symbol. `integer` says that it stands for a whole number, such as the size of an axis. */
export function symbol(name: string, integer = false): Polynomial {
  return polynomial([
    { coefficient: one, factors: [[name, { kind: 'symbol', name, integer }, 1]] },
  ]) as Polynomial
}

export function isPolynomial(value: unknown): value is Polynomial {
  return typeof value === 'object' && value !== null && (value as Polynomial).kind === 'polynomial'
}

export function add(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  return combine(termsOf(a), termsOf(b), 1n) ?? apply('sum', [a, b])
}

export function subtract(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return combine(termsOf(a), termsOf(b), -1n) ?? apply('difference', [a, b])
}

export function multiply(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  const left = termsOf(a)
  const right = termsOf(b)
  if (!left || !right || left.length * right.length > maximumTerms) return apply('product', [a, b])
  return polynomial(left.flatMap(x => right.map(y => multiplyTerms(x, y))))
}

/** Exact division: by one term it leaves a polynomial; else, unless both are the same, the quotient stays as an atom. */
export function divide(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a / b
  if (b === 1) return a
  const divisor = termsOf(b)
  const dividend = termsOf(a)
  if (divisor?.length === 1 && dividend) {
    const inverse = inverseOf(divisor[0]!)
    return polynomial(dividend.map(term => multiplyTerms(term, inverse)))
  }
  if (isPolynomial(a) && isPolynomial(b) && a.key === b.key) return 1
  return apply('quotient', [a, b])
}

/** `⌊a / b⌋`. */
export function floorDivide(a: Dimension, b: Dimension): Dimension {
  return apply('floor', [divide(a, b)])
}

/** `⌈a / b⌉`. */
export function ceilDivide(a: Dimension, b: Dimension): Dimension {
  return apply('ceil', [divide(a, b)])
}

/** A function of dimensions: a number where all arguments are numbers, else simplified or kept as an atom. */
export function apply(name: FunctionName, args: readonly Dimension[]): Dimension {
  if (args.every(arg => typeof arg === 'number')) {
    return (functions[name] as (...x: number[]) => number)(...(args as number[]))
  }
  const [first, second] = args
  if (integerValued.has(name) && isPolynomial(first)) return applyRounding(name, first)
  if (
    name === 'power' &&
    typeof second === 'number' &&
    Number.isInteger(second) &&
    second >= 0 &&
    second <= 16
  ) {
    let result: Dimension = 1
    for (let i = 0; i < second; i++) result = multiply(result, first!)
    return result
  }
  if ((name === 'max' || name === 'min') && args.every(arg => equals(arg, first!))) return first!
  const atom: Atom = { kind: 'application', name, arguments: args }
  return polynomial([{ coefficient: one, factors: [[atomKey(atom), atom, 1]] }])
}

/** Whether two dimensions are equal for all values of their symbols. False means only: not known to be equal. */
export function equals(a: Dimension, b: Dimension): boolean {
  return typeof a === 'number' || typeof b === 'number' ? Object.is(a, b) : a.key === b.key
}

/** Product of a list; the product of none is 1. */
export function product(dimensions: readonly Dimension[]): Dimension {
  return dimensions.reduce(multiply, 1)
}

/** A short canonical text, for keys and messages: `2*units + 1`. */
export function dimensionText(dimension: Dimension): string {
  return typeof dimension === 'number' ? String(dimension) : dimension.key
}

/** The names of the symbols in a dimension. */
export function symbolsOf(dimension: Dimension, into = new Set<string>()): Set<string> {
  if (typeof dimension === 'number') return into
  for (const { factors } of dimension.terms) {
    for (const [, atom] of factors) {
      if (atom.kind === 'symbol') into.add(atom.name)
      else for (const argument of atom.arguments) symbolsOf(argument, into)
    }
  }
  return into
}

/** Replaces symbols by dimensions; a symbol for which `values` gives nothing stays. */
export function substitute(
  dimension: Dimension,
  values: (symbol: string) => Dimension | undefined,
): Dimension {
  if (typeof dimension === 'number') return dimension
  // Over one denominator where that is a number of its own, so that `31/30 − 1/30` is 1.
  const common = dimension.terms.reduce((all, term) => multipleOf(all, term.coefficient.denominator), 1n)
  const over = common <= BigInt(Number.MAX_SAFE_INTEGER) ? common : 1n
  let sum: Dimension = 0
  for (const { coefficient, factors } of dimension.terms) {
    const { numerator, denominator } = coefficient
    let term: Dimension = fromRational({ numerator: numerator * over, denominator })
    // Divisors last: 6 / 3 is 2, while 6 times the number nearest to 1/3 need not be.
    for (const [, atom, power] of [...factors].sort(([, , x], [, , y]) => y - x)) {
      const base: Dimension =
        atom.kind === 'symbol'
          ? (values(atom.name) ?? symbol(atom.name, atom.integer))
          : apply(
              atom.name,
              atom.arguments.map(argument => substitute(argument, values)),
            )
      term =
        power > 0
          ? multiply(term, apply('power', [base, power]))
          : divide(term, apply('power', [base, -power]))
    }
    sum = add(sum, term)
  }
  return over === 1n ? sum : divide(sum, Number(over))
}

/** The least number that two whole numbers divide. */
function multipleOf(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y) [x, y] = [y, x % y]
  return (a / x) * b
}

/** A term for those who print or read: a coefficient in lowest terms, and atoms with their powers; a divisor has a negative one. */
export interface PlainTerm {
  readonly coefficient: Rational
  readonly factors: readonly { readonly atom: Atom; readonly power: number }[]
}

/** The terms of a polynomial, in canonical order. */
export function termsForPrinting(polynomial: Polynomial): PlainTerm[] {
  return polynomial.terms.map(({ coefficient, factors }) => ({
    coefficient,
    factors: factors.map(([, atom, power]) => ({ atom, power })),
  }))
}

/** The sum of terms: what `termsForPrinting` gives becomes the polynomial it came from. */
export function fromTerms(terms: readonly PlainTerm[]): Dimension {
  return polynomial(
    terms.map(({ coefficient, factors }) => ({
      coefficient: rational(coefficient.numerator, coefficient.denominator),
      factors: factors.map(({ atom, power }) => [atomKey(atom), atom, power] as const).sort(byKey),
    })),
  )
}

const one: Rational = { numerator: 1n, denominator: 1n }

function rational(numerator: bigint, denominator: bigint): Rational {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator]
  while (b) [a, b] = [b, a % b]
  const sign = denominator < 0n ? -1n : 1n
  return { numerator: (sign * numerator) / (a || 1n), denominator: (sign * denominator) / (a || 1n) }
}

/** The exact value of the shortest decimal that denotes the number: 0.1 is one tenth. */
function toRational(value: number): Rational | undefined {
  if (!Number.isFinite(value)) return undefined
  if (Number.isSafeInteger(value)) return { numerator: BigInt(value), denominator: 1n }
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const scale = Number(exponent) - (mantissa.includes('.') ? mantissa.length - mantissa.indexOf('.') - 1 : 0)
  return scale >= 0
    ? { numerator: BigInt(digits) * 10n ** BigInt(scale), denominator: 1n }
    : rational(BigInt(digits), 10n ** BigInt(-scale))
}

function fromRational({ numerator, denominator }: Rational): number {
  return Number(numerator) / Number(denominator)
}

function termsOf(dimension: Dimension): readonly Term[] | undefined {
  if (typeof dimension !== 'number') return dimension.terms
  const coefficient = toRational(dimension)
  if (!coefficient) return undefined
  return coefficient.numerator === 0n ? [] : [{ coefficient, factors: [] }]
}

function combine(
  a: readonly Term[] | undefined,
  b: readonly Term[] | undefined,
  sign: bigint,
): Dimension | undefined {
  if (!a || !b) return undefined
  const scaled = b.map(({ coefficient, factors }) => ({
    coefficient: { ...coefficient, numerator: sign * coefficient.numerator },
    factors,
  }))
  return polynomial([...a, ...scaled])
}

function multiplyTerms(a: Term, b: Term): Term {
  const powers = new Map<string, [Atom, number]>()
  for (const [key, atom, power] of [...a.factors, ...b.factors]) {
    powers.set(key, [atom, (powers.get(key)?.[1] ?? 0) + power])
  }
  return {
    coefficient: rational(
      a.coefficient.numerator * b.coefficient.numerator,
      a.coefficient.denominator * b.coefficient.denominator,
    ),
    factors: [...powers]
      .filter(([, [, power]]) => power !== 0)
      .sort(byKey)
      .map(([key, [atom, power]]) => [key, atom, power] as const),
  }
}

function inverseOf({ coefficient: { numerator, denominator }, factors }: Term): Term {
  return {
    coefficient: rational(denominator, numerator),
    factors: factors.map(([key, atom, power]) => [key, atom, -power] as const),
  }
}

/** `floor` and its kin: whole-numbered terms leave the rounding, and a whole-numbered argument is itself. */
function applyRounding(name: FunctionName, argument: Polynomial): Dimension {
  const isWhole = (term: Term) =>
    term.coefficient.denominator === 1n &&
    term.factors.every(
      ([, atom, power]) =>
        power > 0 && (atom.kind === 'symbol' ? atom.integer : integerValued.has(atom.name)),
    )
  const whole = argument.terms.filter(isWhole)
  const rest = argument.terms.filter(term => !isWhole(term))
  if (rest.length === 0) return argument
  // Truncation rounds towards zero, so adding a whole number first can change its direction.
  if (name === 'truncate' || whole.length === 0) {
    const atom: Atom = { kind: 'application', name, arguments: [argument] }
    return polynomial([{ coefficient: one, factors: [[atomKey(atom), atom, 1]] }])
  }
  return add(polynomial(whole), apply(name, [polynomial(rest)]))
}

function atomKey(atom: Atom): string {
  return atom.kind === 'symbol' ? atom.name : `${atom.name}(${atom.arguments.map(dimensionText).join(', ')})`
}

function byKey([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Collects like terms into canonical order; a constant becomes a number. */
function polynomial(terms: readonly Term[]): Dimension {
  const collected = new Map<string, Term>()
  for (const term of terms) {
    const key = term.factors.map(([atom, , power]) => (power === 1 ? atom : `${atom}^${power}`)).join('*')
    const have = collected.get(key)
    const coefficient = have
      ? rational(
          have.coefficient.numerator * term.coefficient.denominator +
            term.coefficient.numerator * have.coefficient.denominator,
          have.coefficient.denominator * term.coefficient.denominator,
        )
      : term.coefficient
    if (coefficient.numerator === 0n) collected.delete(key)
    else collected.set(key, { coefficient, factors: term.factors })
  }
  const sorted = [...collected].sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : byKey([a], [b])))
  const first = sorted[0]
  if (!first) return 0
  if (sorted.length === 1 && first[0] === '') return fromRational(first[1].coefficient)
  const key = sorted.map(([monomial, { coefficient }]) => termText(coefficient, monomial)).join(' + ')
  return { kind: 'polynomial', terms: sorted.map(([, term]) => term), key }
}

function termText({ numerator, denominator }: Rational, monomial: string): string {
  const coefficient = denominator === 1n ? String(numerator) : `${numerator}/${denominator}`
  if (!monomial) return coefficient
  return coefficient === '1' ? monomial : `${coefficient}*${monomial}`
}
