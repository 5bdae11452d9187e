/** What was said of models that were trained on a problem, as a table. */
function trainedTable(rows) {
  if (!rows) return []
  const steps = ([least, most]) => (least === most ? String(least) : `${least} to ${most}`)
  return [
    '',
    '| model | verdict | median loss | runs | steps | seconds |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      row =>
        `| ${row.fault ?? 'right'} | ${row.verdict} | ${Number(row.loss.toPrecision(3))} | ${row.runs} | ${steps(row.steps)} | ${row.seconds} |`,
    ),
  ]
}

/** The problems that models are put to as Markdown, from their table and from what came of training on them. */
export function problemsPage(families, trained) {
  const lines = [
    '# Problems',
    '',
    'Problems that are small enough to know the answer: examples are drawn from a distribution of which the least loss of any model',
    'is known, and that of what misses the point. This page is written by `npm run docs` from `src/experiment/problems/`, and tests put',
    'predictors that are written down a second time to each problem: they have the losses that stand here within the error of an estimate.',
    '',
    'A model *reaches the bound* if it keeps at most a tenth of the way from the bound to the baseline. Whether it does is decided from runs',
    'with several seeds, each with other initial weights and other examples; every step draws new ones, so that there is nothing to overfit. Runs are',
    'added one by one until most of them reach the bound or most of them stay above it: what has been won by betting on one of the two against a fair coin is 20 times the stake',
    'in a wrong case with a probability of at most 5 %, however often one looks (Ville 1939). Six runs that agree are enough.',
    '',
    'Tables show what `aswritten toy` says of ordinary models and of some with a fault that TensorFlow.js does not complain of, those of `test/toy-models/`. They are from real runs in WASM, or in plain JavaScript',
    'where that has no gradients, and are written by `npm run problems`. The seconds are of all runs together, on two cores that did other things, too.',
    '',
    'Sizes are without the batch axis. A letter is a size, and the same one wherever it stands. Logarithms are natural.',
  ]
  for (const { title, problems } of families) {
    lines.push('', `## ${title}`)
    for (const { name, title: own, asks, fits, letters, derivation, source } of problems) {
      lines.push('', `### ${name}`, '', `**${own}.** ${asks}`, '')
      lines.push(...fits.map(text => `- A model that ${text}`))
      if (letters.length > 0)
        lines.push(`- ${letters.map(([letter, text]) => `${letter}: ${text}`).join('; ')}`)
      lines.push('', derivation)
      lines.push(...trainedTable(trained[name]))
      if (source) lines.push('', `Source: ${source.replace(/\.$/, '')}.`)
    }
  }
  return `${lines.join('\n')}\n`
}
