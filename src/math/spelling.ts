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

/** Signs between two operands that have the meaning that a spec gives them: as loose as a sum, or as an elementwise product. */
export const definedSigns: ReadonlyMap<string, { readonly macro: string; readonly isLoose: boolean }> =
  new Map([
    ['⊕', { macro: '\\oplus', isLoose: true }],
    ['⊖', { macro: '\\ominus', isLoose: true }],
    ['⊞', { macro: '\\boxplus', isLoose: true }],
    ['⊗', { macro: '\\otimes', isLoose: false }],
    ['⊛', { macro: '\\circledast', isLoose: false }],
    ['⊘', { macro: '\\oslash', isLoose: false }],
    ['⊠', { macro: '\\boxtimes', isLoose: false }],
  ])

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
export const accents: ReadonlySet<string> = new Set(['hat', 'tilde', 'bar'])
