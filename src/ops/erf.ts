/** The error function to double precision: its series near zero, a continued fraction for the tail. */
export function erf(x: number): number {
  const magnitude = Math.abs(x)
  if (magnitude > 6) return Math.sign(x)
  return magnitude < 2.5 ? series(x) : Math.sign(x) * (1 - complement(magnitude))
}

/** 2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n+1)) (Abramowitz and Stegun 7.1.5). */
function series(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

/** exp(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))) (Abramowitz and Stegun 7.1.14). */
function complement(x: number): number {
  let fraction = x
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction
}
