/** The network of the demonstration: three bits in, a probability and a number out. */
export const signature = {
  inputs: [{ shape: [3] }],
  outputs: [
    { shape: [1], stands: 'probability' },
    { shape: [1], stands: 'real' },
  ],
}

const digits = value => String(Number(value.toPrecision(3)))

const names = { 'as-written': 'as written', 'missing-activation': 'without activation' }

/** What the runs say: for each model, the decision on its losses. */
function resultsOf(runs, { instanceOf, problems, decisionOf, comparisonOf }) {
  const instance = instanceOf(problems['xor-plus-linear'], signature)
  const last = name => runs.losses[name].map(steps => steps.at(-1))
  const decisions = Object.fromEntries(
    Object.keys(names).map(name => [
      name,
      decisionOf(
        last(name).map(([total]) => ({ loss: total })),
        instance,
      ),
    ]),
  )
  const totals = name => last(name).map(([total]) => total)
  return {
    instance,
    last,
    decisions,
    comparison: comparisonOf(totals('missing-activation'), totals('as-written')),
  }
}

/** The two plots: all losses of both networks, and the two parts of the loss of the one without its activation. */
export function plots(runs, tools) {
  const { instance } = resultsOf(runs, tools)
  const curve = (model, name, part) => ({
    name,
    steps: runs.steps,
    runs: runs.losses[model].map(losses => losses.map(own => own[part])),
  })
  return {
    'loss.svg': tools.curvesSvg(
      Object.entries(names).map(([model, name]) => curve(model, name, 0)),
      {
        title: 'XOR plus linear regression',
        description:
          'The loss of the network as written comes down to the bound; that of the network without its activation comes to rest at the baseline.',
        measure: instance.objective.name,
        bound: instance.bound,
        baseline: instance.baseline,
      },
    ),
    'parts.svg': tools.curvesSvg(
      [curve('missing-activation', 'XOR', 1), curve('missing-activation', 'regression', 2)],
      {
        title: 'The two losses of the network without its activation',
        description:
          'The loss of the regression comes down to the noise; that of XOR stays where guessing has it.',
        measure: 'loss',
        bound: instance.bound,
        baseline: { loss: Math.LN2, of: 'guessing' },
      },
    ),
  }
}

/** The demonstration as Markdown, from runs that were made and from what the tool says today. */
export function demonstrationPage(runs, outputs, tools) {
  const { instance, last, decisions, comparison } = resultsOf(runs, tools)
  const { bound, baseline } = instance
  const row = name => {
    const { answer, p, reached, runs: count, losses } = decisions[name]
    return `| ${names[name]} | ${digits(losses.median)} | ${digits(losses.from)} to ${digits(losses.to)} | ${reached} of ${count} | ${answer} the bound | ${digits(p)} |`
  }
  const middle = (name, part) => digits(tools.medianOf(last(name).map(own => own[part])).median)
  const [start, end] = [0, -1].map(step => digits(runs.losses['missing-activation'][0].at(step)[0]))
  return `# What a missing activation looks like

A network has to learn two things at once, through one hidden layer: the exclusive or of two bits, and a linear function of three.
Somebody forgot the activation of the hidden layer. This page shows what one sees of it. It is written by \`npm run demonstration\`: the plots
are of runs in TensorFlow.js, and what the tool says is what it says.

\`\`\`ts
${outputs.code.trim()}
\`\`\`

## It trains

Nothing fails. TensorFlow.js builds the model, \`compile\` accepts it, and the loss falls and settles after some hundred steps, as losses
do: in the first run from ${start} to ${end}. Of its two parts, that of the regression comes down to the noise in the targets,
${digits(bound.loss)}; the other moves little, which may be said of many losses.

![The two losses of the network without its activation](demonstration/parts.svg)

## It cannot get there

The examples are those of [xor-plus-linear](problems.md#xor-plus-linear), of which the least loss is known. The true probabilities and the
linear function leave the noise: a cross-entropy of 0 and a squared error of σ² = ${digits(bound.loss)}. That is the *bound*. Without the
activation the two layers are one linear function, whatever their weights are. No logit that is linear in the bits does better on the
exclusive or than guessing, which costs ln 2, so that the floor of this network is ln 2 + σ² = ${digits(baseline.loss)}. That is the *baseline*.

![The losses of both networks](demonstration/loss.svg)

| network | median of the last losses | interval | within reach of the bound | answer | p |
|---|---|---|---|---|---|
${Object.keys(names).map(row).join('\n')}

Each run has other initial weights and other examples, and runs were added until the answer was clear, for each network by itself. A loss of
at most ${digits(tools.reach(instance))} counts as within reach, a tenth of the way from the bound to the baseline. The median of the exclusive or is ${middle('missing-activation', 1)}
without the activation and ${middle('as-written', 1)} with it, that of the regression ${middle('missing-activation', 2)} and ${middle('as-written', 2)}. Between the two networks the
rank test has p = ${digits(comparison.p)}, with an effect of ${digits(comparison.effect)}${
    comparison.effect === 1 ? ': every run of the one ended above every run of the other' : ''
  }.

Who does not know the bound sees a loss that falls and settles, as that of a model that is too small, or of a task that is hard.

## Where it is

The spec states the network as it was meant. The comparison needs no training and runs nothing:

\`\`\`
$ npx aswritten check docs/demo/missing-activation.ts#createModel --spec xor-and-regression
${outputs.missing.trimEnd()}
\`\`\`

With the activation:

\`\`\`
$ npx aswritten check docs/demo/as-written.ts#createModel --spec xor-and-regression
${outputs.right.trimEnd()}
\`\`\`
`
}
