/**
 * The reference of the op table as Markdown, from the table itself. `meaning(name, example)` states what a derived op
 * stands for when it is applied as in the example.
 */
export function opsPage({ families, meaning }) {
  const count = Object.values(families).reduce((sum, family) => sum + Object.keys(family).length, 0)
  const lines = [
    '# Ops',
    '',
    `The ${count} ops of the graph, from the op table in \`src/ops/\`. This page is written by \`npm run docs\`.`,
    '',
    'A *primitive* op has a value and derivatives of its own; a *derived* op stands for an equation over others, and',
    'two graphs are compared after all of them are written out. Attributes stand in brackets, in the order of the table:',
    '`sum[[1], true](x)`. Every value, shape and data type is tested against TensorFlow.js where that has the op.',
    '',
    ...Object.entries(families).map(([title, family]) => {
      const names = Object.keys(family).map(name => `[\`${name}\`](#${anchor(name)})`)
      return `- **${title}**: ${names.join(', ')}`
    }),
  ]
  for (const [title, family] of Object.entries(families)) {
    lines.push('', `## ${title}`)
    for (const [name, op] of Object.entries(family)) lines.push('', ...entry(name, op, meaning))
  }
  return `${lines.join('\n')}\n`
}

/** The anchor that GitHub gives to a heading of one word. */
const anchor = name => name.toLowerCase()

function entry(name, op, meaning) {
  const attributes = Object.entries(op.attributes)
  const inputs = op.inputs.map((input, i) =>
    op.variadic && i === op.inputs.length - 1 ? `${input}…` : input,
  )
  const brackets = attributes.length > 0 ? `[${attributes.map(([key]) => key).join(', ')}]` : ''
  const [example] = op.examples
  const lines = [
    `### ${name}`,
    '',
    `\`${name}${brackets}(${inputs.join(', ')})\`, ${op.title} (${op.kind}). ${op.summary}`,
  ]
  if (attributes.length > 0)
    lines.push(
      '',
      ...attributes.map(([key, { kind, default: usual, summary }]) => {
        const given = usual === undefined ? 'required' : `default \`${JSON.stringify(usual)}\``
        return `- \`${key}\` (${kind}, ${given}): ${summary}`
      }),
    )
  if (op.kind === 'derived') lines.push('', ...meanings(name, op, example, meaning))
  if (op.kind === 'primitive') {
    const without = Object.entries(op.derivative).flatMap(([input, of]) =>
      typeof of === 'object' ? [`${input}: ${of.none}`] : [],
    )
    if (without.length > 0) lines.push('', `No derivative by ${without.join('; by ')}.`)
  }
  if (op.laws?.length) lines.push('', `Laws: ${op.laws.map(law => `\`${law}\``).join(', ')}.`)
  if (op.source) lines.push('', `Source: ${op.source}.`)
  return lines
}

function meanings(name, { means }, example, meaning) {
  const modes = typeof means === 'object' ? ['inference', 'training'] : [undefined]
  return modes.flatMap((mode, i) => {
    const own = mode ? means[mode] : means
    const shapes = example.shapes.map(shape => `[${shape.join(', ')}]`).join(' and ')
    const given = Object.entries(example.attributes ?? {}).map(
      ([key, value]) => `${key} ${JSON.stringify(value)}`,
    )
    const where = [
      ...(shapes ? [`for ${shapes}`] : []),
      ...(given.length > 0 ? [`with ${given.join(', ')}`] : []),
    ]
    const place = [...(mode ? [`in ${mode}`] : []), ...(typeof own === 'function' ? where : [])].join(' ')
    return [
      ...(i > 0 ? [''] : []),
      `Means${place ? ` ${place}` : ''}:`,
      '',
      '```',
      meaning(name, example, mode),
      '```',
    ]
  })
}
