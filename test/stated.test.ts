import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import katex from 'katex'
import { toLatex } from '../src/equations/latex.js'
import { statedFormula } from '../src/equations/stated.js'
import { toText } from '../src/equations/unicode.js'
import { parseEquation } from '../src/math/parse.js'
import { printExpression } from '../src/math/print.js'
import { readSpec } from '../src/spec/read.js'
import { sourceFile } from '../src/text/source.js'

const specs = readdirSync('specs').filter(name => name.endsWith('.yaml'))

function equationsIn(name: string) {
  const { spec } = readSpec(sourceFile(name, readFileSync(`specs/${name}`, 'utf8')))
  return (spec?.clauses ?? []).flatMap(({ equation }) => (equation ? [equation.tree] : []))
}

test.each(specs.filter(name => equationsIn(name).length > 0))(
  'what the clauses of %s state is read back as what was printed',
  name => {
    for (const tree of equationsIn(name)) {
      const latex = toLatex(statedFormula(tree))
      const read = parseEquation(latex)
      expect(read).not.toHaveProperty('problem')
      if ('problem' in read) continue
      expect(printExpression(read)).toBe(printExpression(tree))
      expect(() => katex.renderToString(latex, { strict: 'error', throwOnError: true })).not.toThrow()
    }
  },
)

test.each([
  [String.raw`a = \frac{1}{m} \sum_{i=1}^{m} x_{ij}`, 'a = 1/m Σ_{i=1}^m x_ij'],
  [String.raw`a = (\sum_{i=1}^{m} x_i) y`, 'a = (Σ_{i=1}^m xᵢ) y'],
  [String.raw`\hat{y}_i = \mathrm{softmax}(z)_i`, 'y\u0302ᵢ = softmax(z)ᵢ'],
  [String.raw`\theta'_Q \leftarrow \tau \theta_Q + (1 - \tau) \theta'_Q`, 'θ′_Q ← τ θ_Q + (1 − τ) θ′_Q'],
  ["y = softmax[axis = -1](x, 'same')", "y = softmax[axis = −1](x, 'same')"],
  [String.raw`L = \mathbb{E}_x[\|\nabla_x D(x)\| - 1]`, 'L = 𝔼ₓ[‖∇ₓ D(x)‖ − 1]'],
  ["y = f(x, '\\\\href{a}{b}')", "y = f(x, '\\\\href{a}{b}')"],
])('%s is printed as text', (written, text) => {
  const tree = parseEquation(written)
  if ('problem' in tree) throw new Error(tree.problem)
  expect(toText(statedFormula(tree))).toBe(text)
  expect(toLatex(statedFormula(tree))).not.toMatch(/\\href/)
})

test('what is marked is marked once, with what is in it', () => {
  const tree = parseEquation('y = (a + b) c')
  if ('problem' in tree) throw new Error(tree.problem)
  const sum = (part: { readonly kind: string; readonly operator?: string }) =>
    part.kind === 'binary' && part.operator === '+'
  expect(toLatex(statedFormula(tree, sum))).toBe(String.raw`y = \boxed{(a + b)}\,c`)
  expect(toLatex(statedFormula(tree, () => true))).toBe(String.raw`\boxed{y = (a + b)\,c}`)
})
