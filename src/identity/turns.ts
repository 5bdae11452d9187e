import { fractionOf, inverse, type Lanes, moduli, multiply, width } from './field.js'
import { anglesPerRadian } from './literals.js'
import type { Id, Values } from './values.js'

/** Parts into which an angle is cut, so that those of its fractions are powers of one point; and the highest power. */
const partsOfAngle = 60
const mostParts = 2 ** 15

/** What is needed of the arithmetic of constants. */
interface Numbers {
  readonly one: Id
  readonly minusOne: Id
  readonly multiply: (a: Id, b: Id) => Id
  readonly inverse: (a: Id) => Id
  readonly simple: (x: number) => Id | undefined
}

/** The point of the unit circle at one part of an angle. */
interface Part {
  readonly angle: Id
  readonly parts: number
  readonly cosine: Lanes
  readonly sine: Lanes
}

/** Cosines and sines of constants: of angles that are small multiples of one, they are powers of one random point. */
export class Turns {
  readonly #values: Values
  readonly #numbers: Numbers
  readonly #intern: (lanes: Lanes, real: number) => Id
  readonly #parts: Part[] = []

  constructor(values: Values, numbers: Numbers, intern: (lanes: Lanes, real: number) => Id) {
    this.#values = values
    this.#numbers = numbers
    this.#intern = intern
  }

  of(angle: Id): readonly [cosine: Id, sine: Id] {
    const real = this.#values.get(angle).real!
    const { minusOne, one } = this.#numbers
    const simple = [this.#numbers.simple(Math.cos(real)), this.#numbers.simple(Math.sin(real))] as const
    if (simple[0] !== undefined && simple[1] !== undefined) return [simple[0], simple[1]]
    if (real < 0) {
      const [cosine, sine] = this.of(this.#numbers.multiply(minusOne, angle))
      return [cosine, this.#numbers.multiply(minusOne, sine)]
    }
    if (this.#parts.length === 0) this.#parts.push(this.#partOf(one, anglesPerRadian))
    for (const part of this.#parts) {
      const count = this.#countIn(angle, part)
      if (count !== undefined) return this.#turned(part, count, real)
    }
    const part = this.#partOf(angle, partsOfAngle)
    this.#parts.push(part)
    return this.#turned(part, partsOfAngle, real)
  }

  /** How many such parts an angle is; undefined where it is no whole number of them, or too many. */
  #countIn(angle: Id, { angle: other, parts }: Part): number | undefined {
    const { fraction, lanes } = this.#values.get(this.#numbers.multiply(angle, this.#numbers.inverse(other)))
    const ratio = fraction ?? fractionOf(lanes)
    if (!ratio || BigInt(parts) % ratio[1] !== 0n) return undefined
    const count = (ratio[0] * BigInt(parts)) / ratio[1]
    return count <= mostParts ? Number(count) : undefined
  }

  /** ((1 − t²) / (1 + t²), 2t / (1 + t²)) for a random t. */
  #partOf(angle: Id, parts: number): Part {
    const t = this.#values.lanesNamed(`part of angle ${angle}`)
    const cosine: Lanes = new Float64Array(width)
    const sine: Lanes = new Float64Array(width)
    for (let lane = 0; lane < width; lane++) {
      const p = moduli[lane]!
      const square = multiply(t[lane]!, t[lane]!, lane)
      const below = inverse((1 + square) % p, p)
      cosine[lane] = multiply((1 - square + p) % p, below, lane)
      sine[lane] = multiply((2 * t[lane]!) % p, below, lane)
    }
    return { angle, parts, cosine, sine }
  }

  /** The point after so many parts, by repeated squaring. */
  #turned({ cosine, sine }: Part, count: number, real: number): readonly [cosine: Id, sine: Id] {
    this.#values.raiseDegree(4 * count)
    const [re, im]: readonly [Lanes, Lanes] = [new Float64Array(width), new Float64Array(width)]
    for (let lane = 0; lane < width; lane++) {
      let turn: readonly [number, number] = [1, 0]
      let square: readonly [number, number] = [cosine[lane]!, sine[lane]!]
      for (let rest = count; rest > 0; rest = Math.floor(rest / 2)) {
        if (rest % 2 === 1) turn = product(turn, square, lane)
        square = product(square, square, lane)
      }
      ;[re[lane], im[lane]] = turn
    }
    return [this.#intern(re, Math.cos(real)), this.#intern(im, Math.sin(real))]
  }
}

function product(
  [a, b]: readonly [number, number],
  [c, d]: readonly [number, number],
  lane: number,
): readonly [number, number] {
  const p = moduli[lane]!
  return [
    (multiply(a, c, lane) - multiply(b, d, lane) + p) % p,
    (multiply(a, d, lane) + multiply(b, c, lane)) % p,
  ]
}
