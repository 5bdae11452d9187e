import { execFileSync } from 'node:child_process'
import { spread, table } from './statistics.js'

const sizes = [10, 100, 1000, 10_000]
const rounds = 3
const times = ['trace', 'equations', 'check']

/** A power of the number of layers. Ten times the layers may take twice ten times as long, for all the noise of a machine. */
const greatestPower = 1.3

/** Stacks of layers, each in a process of its own, whose peak memory is its own as well. */
export function growth() {
  const results = sizes.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, size] of sizes.entries()) results[index].push(run(size))
  }
  const medians = results.map(runs =>
    Object.fromEntries(
      ['nodes', 'megabytes', ...times].map(name => [name, spread(runs.map(run => run[name])).median]),
    ),
  )
  const rows = medians.map((median, index) => [
    `${sizes[index]}`,
    `${median.nodes}`,
    ...times.map(name => median[name].toFixed(0)),
    ...times.map(name => ((median[name] * 1000) / sizes[index]).toFixed(0)),
    median.megabytes.toFixed(0),
  ])
  const [thousand, most] = medians.slice(-2)
  const powers = times.map(
    name => Math.log(most[name] / thousand[name]) / Math.log(sizes.at(-1) / sizes.at(-2)),
  )
  const head = [
    'layers',
    'nodes',
    ...times.map(name => `${name}, ms`),
    ...times.map(name => `${name}, µs a layer`),
  ]
  const growing = times.map((name, index) => `${name} layers^${powers[index].toFixed(2)}`).join(', ')
  return {
    text: `${table([...head, 'peak memory, MB'], rows)}\n\nFrom 1,000 to 10,000 layers: ${growing}.`,
    isLinear: powers.every(power => power < greatestPower),
  }
}

function run(size) {
  const script = `import { stack, timeStack } from './test/bench/stack.js'
for (let i = 0; i < 10; i++) timeStack(stack(20))
const times = timeStack(stack(${size}))
console.log(JSON.stringify({ ...times, megabytes: process.resourceUsage().maxRSS / 1024 }))`
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }),
  )
}
