/** Greek letters with the macros that LaTeX has for them. */
export const greekMacros: ReadonlyMap<string, string> = new Map(
  Object.entries({
    α: 'alpha',
    β: 'beta',
    γ: 'gamma',
    δ: 'delta',
    ε: 'epsilon',
    ζ: 'zeta',
    η: 'eta',
    θ: 'theta',
    ι: 'iota',
    κ: 'kappa',
    λ: 'lambda',
    μ: 'mu',
    ν: 'nu',
    ξ: 'xi',
    π: 'pi',
    ρ: 'rho',
    σ: 'sigma',
    τ: 'tau',
    υ: 'upsilon',
    φ: 'phi',
    χ: 'chi',
    ψ: 'psi',
    ω: 'omega',
    ℓ: 'ell',
    Γ: 'Gamma',
    Δ: 'Delta',
    Θ: 'Theta',
    Λ: 'Lambda',
    Ξ: 'Xi',
    Π: 'Pi',
    Σ: 'Sigma',
    Φ: 'Phi',
    Ψ: 'Psi',
    Ω: 'Omega',
  }).map(([letter, macro]) => [letter, `\\${macro}`]),
)

/** Functions that LaTeX has a macro for. */
export const namedFunctions: ReadonlySet<string> = new Set([
  'exp',
  'log',
  'ln',
  'sin',
  'cos',
  'tan',
  'sinh',
  'cosh',
  'tanh',
  'max',
  'min',
])

/** Marks over a letter, which the plain spelling writes as its first subscript: `y_hat`. */
export const accents: ReadonlySet<string> = new Set(['hat', 'tilde', 'bar', 'vec'])
