import { normalExpectation, softplus } from '../expectations.js'
import { classTargets, crossEntropy } from '../objectives.js'
import type { OutputPattern, Pattern, Problem } from '../problem.js'
import { drawn, times } from '../random.js'

/** How far the first feature is moved by the label, in standard deviations. */
const signal = 0.75

/** The cross-entropy of the best logit for a label that as many nodes share. */
function lossOf(nodes: number): number {
  const mean = 2 * signal ** 2 * nodes
  return normalExpectation(logit => softplus(-logit), mean, Math.sqrt(2 * mean))
}

const outputs: readonly OutputPattern[] = [
  { shape: ['n', 1], stands: ['probability', 'logit', 'real'] },
  { shape: ['n', 2], stands: ['distribution', 'logit', 'real'] },
]

const [features, adjacency] = [{ shape: ['n', 'f'] }, { shape: ['n', 'n'] }]

const accepts: readonly Pattern[] = [
  [features, adjacency],
  [adjacency, features],
].flatMap(inputs =>
  outputs.map(output => ({ inputs, outputs: [output], sizes: { n: { least: 6, most: 128, open: 12 } } })),
)

export const graphs = {
  communities: {
    title: 'Communities',
    asks: 'The label of each node of a graph is to be told from its own features and those of the nodes that it is connected with.',
    letters: { n: 'nodes', f: 'features' },
    accepts,
    derivation: String.raw`
The $n$ nodes are divided at random into communities of $c$, the smallest divisor of $n$ from 3 to $\tfrac n2$. All nodes of a community are connected and share a label $s$, −1 or 1 with equal probability; no
edge leaves it. This is the contextual stochastic block model with the edge probabilities 1 and 0. The first feature of a node is $\mu s$ with standard normal noise, $\mu = 0.75$; all others
are noise. The adjacency is given as $\tilde{D}^{-1/2}(A + I)\tilde{D}^{-1/2}$, that is $\tfrac1c$ within communities, so that any number of graph convolutions takes the same mean.

*Bound.* The log odds of a label are $2\mu \sum_i x_i$ over the $c$ first features of its community. Given the label, $s$ times this is normal with the mean $2\mu^2 c$ and
the variance $4\mu^2 c$, and the least cross-entropy is $\mathbb{E}[\ln(1 + e^{-t})]$ for $t \sim \mathcal{N}(2\mu^2 c, 4\mu^2 c)$, integrated numerically over ten standard deviations.

*Baseline.* What ignores the edges has the feature of the node alone: the same with $c = 1$.`,
    source:
      'Deshpande, Sen, Montanari and Mossel, Contextual Stochastic Block Models, 2018; the adjacency is that of Kipf and Welling, Semi-Supervised Classification with Graph Convolutional Networks, 2017.',
    instance: ({ inputs: [first], outputs: [output], sizes: { n, f } }) => {
      const size = times(Math.floor(n! / 2) + 1, i => i).find(c => c >= 3 && n! % c === 0)
      if (size === undefined)
        return { misfit: `${n} nodes have no communities of one size`, would: '6, 8, 9, 10 or 12 nodes' }
      if (n === f)
        return {
          misfit: `the features and the adjacency are both [${n}, ${n}]`,
          would: 'another number of features than of nodes',
        }
      return {
        sizes: `communities of ${size} among ${n} nodes, ${f} features`,
        objective: crossEntropy(output!.stands, output!.shape[1]!),
        bound: { loss: lossOf(size), of: 'the best logit for a community' },
        baseline: { loss: lossOf(1), of: 'the best logit for a node alone' },
        training: { steps: 500, examples: 32, optimizer: 'adam', learningRate: 0.02, measuredOn: 1024 },
        batch: (random, examples) => {
          const graphs = times(examples, () => {
            const places = random.order(n!).map(place => Math.floor(place / size))
            const labels = times(n! / size, () => random.below(2))
            return { places, labels: places.map(place => labels[place]!) }
          })
          const x = drawn([examples, n!, f!], i => {
            const label = graphs[Math.floor(i / (n! * f!))]!.labels[Math.floor(i / f!) % n!]!
            return random.normal() + (i % f! === 0 ? signal * (2 * label - 1) : 0)
          })
          const a = drawn([examples, n!, n!], i => {
            const { places } = graphs[Math.floor(i / (n! * n!))]!
            return places[Math.floor(i / n!) % n!] === places[i % n!] ? 1 / size : 0
          })
          const labels = graphs.flatMap(graph => graph.labels)
          return {
            inputs: first!.shape[1] === n ? [a, x] : [x, a],
            targets: [classTargets(labels, output!.shape[1]!, [examples, n!])],
          }
        },
      }
    },
  },
} satisfies Readonly<Record<string, Problem>>
