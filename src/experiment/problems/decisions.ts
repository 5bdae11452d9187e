import type { Tensor } from '../../graph/tensor.js'
import type { Fit, Measure, Pattern, Problem } from '../problem.js'
import { drawn, type Random, times } from '../random.js'

/** How much less a reward is worth for each step that it comes later. */
const discount = 0.8

/** Where an action leads: to a state, or to an end. */
interface Move {
  readonly reward: number
  readonly to: number | undefined
}

/** States with the moves that each action makes, and what a network sees of each. */
interface World {
  readonly moves: readonly (readonly Move[])[]
  readonly seen: readonly (readonly number[])[]
}

/** The values of all actions under the best policy, by iteration until nothing changes: 0.8⁴⁰⁰ is below any digit. */
function optimalValues({ moves }: World): readonly (readonly number[])[] {
  let values = moves.map(actions => actions.map(() => 0))
  for (let sweep = 0; sweep < 400; sweep++) {
    const best = values.map(actions => Math.max(...actions))
    values = moves.map(actions =>
      actions.map(({ reward, to }) => reward + (to === undefined ? 0 : discount * best[to]!)),
    )
  }
  return values
}

/** The mean over actions of the variance over states. */
function varianceOfValues(values: readonly (readonly number[])[]): number {
  const actions = values[0]!.length
  const variances = times(actions, action => {
    const column = values.map(row => row[action]!)
    const mean = column.reduce((a, b) => a + b) / column.length
    return column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length
  })
  return variances.reduce((a, b) => a + b) / actions
}

const fromOptimal: Measure = {
  name: 'mean squared error of the values',
  of: ([values], { targets: [, , optimal] }) =>
    values!.data.reduce((sum, value, i) => sum + (value - optimal!.data[i]!) ** 2, 0) / values!.data.length,
}

/** All states of a world in any order, with the rewards of their actions, where these lead, and their true values. */
function sweep(world: World, shape: readonly number[], random: Random) {
  const order = random.order(world.moves.length)
  const places = new Map(order.map((state, place) => [state, place]))
  const states = order.length
  const actions = world.moves[0]!.length
  const values = optimalValues(world)
  const width = world.seen[0]!.length
  const move = (i: number) => world.moves[order[Math.floor(i / actions)]!]![i % actions]!
  const leadsTo = (i: number) => {
    const { to } = move(Math.floor(i / states))
    return to !== undefined && places.get(to) === i % states ? discount : 0
  }
  return {
    inputs: [drawn([states, ...shape], i => world.seen[order[Math.floor(i / width)]!]![i % width]!)],
    targets: [
      drawn([states, actions], i => move(i).reward),
      drawn([states, actions, states], leadsTo),
      drawn([states, actions], i => values[order[Math.floor(i / actions)]!]![i % actions]!),
    ],
  }
}

/** The instance of a world: values that are learned by their own best values after one step. */
function learnedValues(world: World, { inputs: [input] }: Fit, sizes: string) {
  return {
    sizes,
    objective: {
      name: 'squared Bellman error',
      equation:
        'square(stopGradient(y_1 + sum[[-1], keepDims = false](y_2 * max[[-1], keepDims = false](p))) - p)',
    },
    measure: fromOptimal,
    bound: { loss: 0, of: 'the optimal values' },
    baseline: { loss: varianceOfValues(optimalValues(world)), of: 'the best number for each action' },
    training: {
      steps: 2000,
      examples: world.moves.length,
      optimizer: 'adam',
      learningRate: 0.01,
      measuredOn: world.moves.length,
    },
    batch: (random: Random) => sweep(world, input!.shape, random),
  } as const
}

const oneHot = (at: number, size: number) => times(size, i => Number(i === at))

/** A number from −1 to 1 for a place. */
const scaled = (at: number, size: number) => (2 * at) / (size - 1) - 1

const fromLeft = 0.3

function corridor(states: number, isOneHot: boolean): World {
  return {
    moves: times(states, state => [
      state === 0 ? { reward: fromLeft, to: undefined } : { reward: 0, to: state - 1 },
      state === states - 1 ? { reward: 1, to: undefined } : { reward: 0, to: state + 1 },
    ]),
    seen: times(states, state => (isOneHot ? oneHot(state, states) : [scaled(state, states)])),
  }
}

const directions = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
] as const

/** A grid with the goal in the last corner and a pit in the middle, neither of which is a state that decides anything. */
function grid(rows: number, columns: number, isOneHot: boolean): World {
  const goal = rows * columns - 1
  const pit = Math.floor((rows - 1) / 2) * columns + Math.floor(columns / 2)
  const cells = times(rows * columns, cell => cell).filter(cell => cell !== goal && cell !== pit)
  const states = new Map(cells.map((cell, state) => [cell, state]))
  return {
    moves: cells.map(cell =>
      directions.map(([down, right]) => {
        const [row, column] = [Math.floor(cell / columns) + down, (cell % columns) + right]
        const isWall = row < 0 || row >= rows || column < 0 || column >= columns
        const next = isWall ? cell : row * columns + column
        return { reward: next === goal ? 1 : next === pit ? -1 : 0, to: states.get(next) }
      }),
    ),
    seen: cells.map(cell =>
      isOneHot
        ? oneHot(cell, rows * columns)
        : [scaled(Math.floor(cell / columns), rows), scaled(cell % columns, columns)],
    ),
  }
}

const valuesFrom = (
  shape: readonly (number | string)[],
  actions: number,
  sizes: Pattern['sizes'] = {},
): Pattern => ({
  inputs: [{ shape }],
  outputs: [{ shape: [actions], stands: ['real'] }],
  sizes,
})

const bellmanText = String.raw`
The network gives a value for each action, and sees all states at each step of training. The objective is the squared Bellman error
$\left( \mathrm{sg}\left( r + \gamma \max_{a'} Q(s', a') \right) - Q(s, a) \right)^2$ with $\gamma = 0.8$, whose target is not differentiated; what is measured is the mean squared error of the values from the
optimal ones, which iteration of the Bellman equation gives to all digits.

*Bound.* The optimal values satisfy the Bellman equation, and it has no other solution, since its right side is a contraction by $\gamma$: 0.

*Baseline.* What ignores the state does best to give each action the mean of its optimal values. That leaves their variance, in the mean over actions.`

/** The rates at which the arms of a bandit pay. */
const [high, low, middle] = [0.9, 0.1, 0.5]

/** Two arms pay by the signs of the first two numbers, the others do not depend on them. */
function rateOf(arm: number, context: ArrayLike<number>): number {
  if (arm > 1) return middle
  return context[0]! * context[1]! > 0 === (arm === 0) ? high : low
}

function probabilitiesOf(scores: Tensor, areLogits: boolean): readonly (readonly number[])[] {
  const [rows, arms] = scores.shape as readonly [number, number]
  return times(rows, row => {
    const own = [...scores.data.subarray(row * arms, (row + 1) * arms)]
    if (!areLogits) return own
    const largest = Math.max(...own)
    const powers = own.map(score => Math.exp(score - largest))
    const sum = powers.reduce((a, b) => a + b)
    return powers.map(power => power / sum)
  })
}

export const decisions = {
  'contextual-bandit': {
    title: 'Contextual bandit',
    asks: 'The arm that pays best is to be pulled, by a context and from rewards of arms that were pulled at random.',
    letters: { n: 'numbers of a context', A: 'arms' },
    accepts: [
      {
        inputs: [{ shape: ['n'] }],
        outputs: [{ shape: ['A'], stands: ['distribution', 'logit'] }],
        sizes: { n: { least: 2, most: 32 }, A: { least: 2, most: 16 } },
      },
    ],
    derivation: String.raw`
The context $x$ is standard normal. The first arm pays 1 with the probability 0.9 if $x_1 x_2 > 0$ and 0.1 otherwise, the second the other way round, and any other with the
probability ½. Arms were pulled evenly at random. The objective is minus the unbiased estimate of what the policy $\pi$ earns from these logs, $-A\, r\, \pi(a \mid x)$ for
the arm $a$ that was pulled and its reward $r$; what is measured is minus what it earns in the mean over rewards.

*Bound.* The best policy always pulls the better of the first two arms: −0.9.

*Baseline.* What ignores the context earns ½ with any arm: −0.5.`,
    source:
      'Weighting by the inverse of propensities: Horvitz and Thompson 1952; for policies Dudík, Langford and Li, Doubly Robust Policy Evaluation and Learning, 2011.',
    instance: ({ outputs: [output], sizes: { n, A } }) => {
      const areLogits = output!.stands !== 'distribution'
      return {
        sizes: `${A} arms, ${n} numbers of context`,
        objective: {
          name: 'minus the estimated reward',
          equation: `-sum[[-1]](y * ${areLogits ? 'softmax(p)' : 'p'})`,
        },
        measure: {
          name: 'minus the expected reward',
          of: ([scores], { inputs: [x] }) => {
            const policy = probabilitiesOf(scores!, areLogits)
            const earned = policy.map((row, i) => {
              const context = x!.data.subarray(i * n!, (i + 1) * n!)
              return row.reduce((sum, p, arm) => sum + p * rateOf(arm, context), 0)
            })
            return -earned.reduce((a, b) => a + b) / earned.length
          },
        },
        bound: { loss: -high, of: 'the best policy' },
        baseline: { loss: -middle, of: 'what ignores the context' },
        training: { steps: 1500, examples: 128, optimizer: 'adam', learningRate: 0.01, measuredOn: 4096 },
        batch: (random, examples) => {
          const x = drawn([examples, n!], () => random.normal())
          const pulls = times(examples, i => {
            const arm = random.below(A!)
            const pays = random.uniform() < rateOf(arm, x.data.subarray(i * n!, (i + 1) * n!))
            return { arm, reward: Number(pays) }
          })
          const y = drawn([examples, A!], i => {
            const { arm, reward } = pulls[Math.floor(i / A!)]!
            return arm === i % A! ? A! * reward : 0
          })
          return { inputs: [x], targets: [y] }
        },
      }
    },
  },

  corridor: {
    title: 'Corridor',
    asks: 'The values of going left and right in a corridor are to be learned from the rewards at its ends.',
    letters: { S: 'states' },
    accepts: [valuesFrom([1], 2), valuesFrom(['S'], 2, { S: { least: 4, most: 64, open: 9 } })],
    derivation: `
The states of the corridor are in a row: nine that are seen as a number from −1 to 1, or as many as there are inputs, one of which is 1. The actions lead one to the left and to the right. Leaving at the left end pays 0.3, at the right end
1, and either ends the episode.
${bellmanText}`,
    source: 'Sutton and Barto, Reinforcement Learning, 2nd edition, 2018, 4.4 and 11.2.',
    instance: fit => {
      const states = fit.pattern === 0 ? 9 : fit.sizes.S!
      return learnedValues(corridor(states, fit.pattern === 1), fit, `${states} states`)
    },
  },

  'grid-world': {
    title: 'Grid world',
    asks: 'The values of four directions in a grid are to be learned from a goal in a corner and a pit in the middle.',
    letters: { S: 'cells, a square', H: 'rows', W: 'columns' },
    accepts: [
      valuesFrom([2], 4),
      valuesFrom(['H', 'W', 1], 4, {
        H: { least: 3, most: 8, open: 4 },
        W: { least: 3, most: 8, open: 4 },
      }),
      valuesFrom(['S'], 4, { S: { least: 9, most: 64, open: 16 } }),
    ],
    derivation: `
The cells of a grid are seen by row and column, each from −1 to 1, in a grid of 4 × 4, or as an image or a vector in which one number is 1. The actions lead up, down, left and right; a step
against the border leaves the state as it is. Reaching the last cell pays 1, falling into the pit in the middle −1, and either ends the episode.
${bellmanText}`,
    source: 'Sutton and Barto, Reinforcement Learning, 2nd edition, 2018, 4.4 and 11.2.',
    instance: fit => {
      const { H, W, S } = fit.sizes
      const side = S === undefined ? 4 : Math.sqrt(S)
      if (!Number.isInteger(side))
        return { misfit: `${S} cells are no square`, would: '9, 16, 25, 36, 49 or 64 cells' }
      const [rows, columns] = [H ?? side, W ?? side]
      return learnedValues(grid(rows, columns, fit.pattern !== 0), fit, `${rows} × ${columns} cells`)
    },
  },
} satisfies Readonly<Record<string, Problem>>
