/** The rules of proofs as Markdown, from their tables. */
export function rulesPage({ rules, themes, movements, laws, commutative, associative }) {
  const lines = [
    '# Rules',
    '',
    'What a proof may use, from the tables in `src/normal/rules.ts` and `src/identity/laws.ts`. This page is written by',
    '`npm run docs`. Each equation is tested on numbers, and [equality.md](equality.md) says how they are used.',
    '',
    '## Rules of the normal form',
    '',
    `${rules.length} rewrites, from left to right, wherever the left side stands: letters stand for any real tensors, and ops have`,
    'their default attributes. None is applied where it would change a shape, as with a scalar that is broadcast.',
  ]
  for (const [theme, title] of Object.entries(themes)) {
    lines.push('', `### ${title}`, '', '| rule | left | | right |', '|---|---|---|---|')
    for (const { name, theme: own, equation } of rules)
      if (own === theme) lines.push(`| ${name} | ${sides(equation).join(' | → | ')} |`)
  }
  const ops = names => names.map(name => `[\`${name}\`](ops.md#${name.toLowerCase()})`).join(', ')
  lines.push(
    '',
    '### By shapes and attributes',
    '',
    'What no equation over single tensors states, from `src/normal/movement.ts`.',
    '',
    ...movements.map(({ name, statement }) => `- ${name}: ${statement}`),
    '',
    '### Order of operands',
    '',
    'By the laws of the op table. Operands are ordered by their forms; those of an op of both kinds are ordered along a whole',
    'chain, as far as nothing else reads its inner results.',
    '',
    `- f(x, y) = f(y, x): ${ops(commutative)}`,
    `- f(f(x, y), z) = f(x, f(y, z)): ${ops(associative)}`,
    '',
    '## Laws of exact arithmetic',
    '',
    'What prime fields are taught beyond addition and multiplication; evidence names those that were used. x and y are real, p',
    'and q are positive.',
    '',
    '| law | equations | where |',
    '|---|---|---|',
    ...Object.entries(laws).map(([name, { equations, where }]) => {
      const text = equations.map(equation => sides(equation).join(' = ')).join('<br>')
      return `| ${name} | ${text} | ${where ?? ''} |`
    }),
  )
  return `${lines.join('\n')}\n`
}

const sides = equation => equation.split(' = ').map(side => `\`${side.replaceAll('|', '\\|')}\``)
