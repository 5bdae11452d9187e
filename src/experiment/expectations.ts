/** Nats of a coin that falls on one side with probability p. */
export function coinEntropy(p: number): number {
  return entropy([p, 1 - p])
}

/** Nats of a distribution over finitely many outcomes. */
export function entropy(probabilities: readonly number[]): number {
  return probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0)
}

/** The integral of a smooth function over an interval, by the composite rule of Simpson with an even number of parts. */
export function integral(
  of: (x: number) => number,
  [from, to]: readonly [number, number],
  parts = 2000,
): number {
  const width = (to - from) / parts
  let sum = of(from) + of(to)
  for (let i = 1; i < parts; i++) sum += (i % 2 === 1 ? 4 : 2) * of(from + i * width)
  return (sum * width) / 3
}

/** The expectation of a smooth function of a normal number, over ten standard deviations to either side. */
export function normalExpectation(of: (x: number) => number, mean: number, deviation: number): number {
  const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  return integral(z => of(mean + deviation * z) * density(z), [-10, 10])
}

/** log(1 + e^x), which does not overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
