/** Greek letters, by the name of their LaTeX macro; those that look like Latin ones have none and are left out. */
const greek: Readonly<Record<string, string>> = {
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  epsilon: 'ε',
  zeta: 'ζ',
  eta: 'η',
  theta: 'θ',
  iota: 'ι',
  kappa: 'κ',
  lambda: 'λ',
  mu: 'μ',
  nu: 'ν',
  xi: 'ξ',
  pi: 'π',
  rho: 'ρ',
  sigma: 'σ',
  tau: 'τ',
  phi: 'φ',
  chi: 'χ',
  psi: 'ψ',
  omega: 'ω',
  Gamma: 'Γ',
  Delta: 'Δ',
  Theta: 'Θ',
  Lambda: 'Λ',
  Xi: 'Ξ',
  Sigma: 'Σ',
  Phi: 'Φ',
  Psi: 'Ψ',
  Omega: 'Ω',
}

const macros: ReadonlyMap<string, string> = new Map(
  Object.entries(greek).flatMap(([name, letter]) => [
    [name, `\\${name}`],
    [letter, `\\${name}`],
  ]),
)

/** The macro of a Greek letter that is spelled out or typed as such; undefined for anything else. */
export function greekMacro(text: string): string | undefined {
  return macros.get(text)
}

/** A letter as Unicode has it: `\beta` is β. */
export function letterText(base: string): string {
  return base.startsWith('\\') ? (greek[base.slice(1)] ?? scripts[base] ?? base.slice(1)) : base
}

const scripts: Readonly<Record<string, string>> = { '\\mathcal{L}': 'ℒ', '\\nabla': '∇' }
