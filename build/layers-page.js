/**
 * The reference of the layer table as Markdown, from the table itself. `common` are the keys that every layer has, and
 * `describe(kind)` says what a key may hold.
 */
export function layersPage({ families, common, describe }) {
  const count = Object.values(families).reduce((sum, family) => sum + family.length, 0)
  const lines = [
    '# Layers',
    '',
    `The ${count} layers that specs can name and code can build, from the layer table in \`src/library/layers/\`. This page is`,
    'written by `npm run docs`.',
    '',
    'A default is that of TensorFlow.js. *Paper* is what a spec means that leaves the key out; where nothing stands there,',
    'the spec claims nothing. *Effect* is what the key changes: the function that the layer computes, where training',
    'starts, what training does, or nothing mathematical. Configurations, parameters, shapes and numbers are tested',
    'against TensorFlow.js.',
    '',
    ...Object.entries(families).map(([title, family]) => {
      const names = family.map(({ kind }) => `[\`${kind}\`](#${kind.toLowerCase()})`)
      return `- **${title}**: ${names.join(', ')}`
    }),
    '',
    '## Keys of every layer',
    '',
    ...tableOf(Object.entries(common), describe),
  ]
  for (const [title, family] of Object.entries(families)) {
    lines.push('', `## ${title}`)
    for (const layer of family) lines.push('', ...entry(layer, common, describe))
  }
  return `${lines.join('\n')}\n`
}

function entry({ kind, className, summary, source, aliases, config }, common, describe) {
  const keys = Object.entries(config).filter(([name, key]) => common[name] !== key)
  const others = aliases?.length ? ` Also \`${aliases.join('`, `')}\`.` : ''
  return [
    `### ${kind}`,
    '',
    `\`${className}\`: ${sentence(summary)}${others}`,
    '',
    ...(keys.length > 0 ? [...tableOf(keys, describe), ''] : []),
    `Source: ${source}.`,
  ]
}

function tableOf(keys, describe) {
  return [
    '| key | value | default | paper | effect | |',
    '|---|---|---|---|---|---|',
    ...keys.map(([name, { kind, tfjs, paper, like, effect, ignored, summary }]) => {
      const usual = like ? `that of \`${like}\`` : tfjs === undefined ? 'required' : code(tfjs)
      const meant = paper === undefined || paper === 'silent' ? '' : code(paper)
      const unread = ignored ? `; TensorFlow.js does not use it: ${ignored.because}` : ''
      return `| \`${name}\` | ${describe(kind)} | ${usual} | ${meant} | ${effect} | ${summary}${unread} |`
    }),
  ]
}

const code = value => `\`${JSON.stringify(value)}\``

const sentence = text => (text.endsWith('.') ? text : `${text}.`)
