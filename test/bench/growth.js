import { execFileSync } from 'node:child_process'
import { spread, table } from './statistics.js'

const rounds = 3
const times = ['trace', 'equations', 'check']

/** A power of the size. Ten times the layers may take twice ten times as long, for all the noise of a machine. */
const greatestPower = 1.3

/** The largest models need more than Node takes by itself on a small machine. */
const heap = ['--max-old-space-size=4096']

/**
 * Models of growing size, each in a process of its own, whose peak memory is its own as well. `workload` is the module
 * and the function that makes one, `unit` what its size counts.
 */
export function growth({ workload, unit, sizes, warmUp }) {
  const results = sizes.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, size] of sizes.entries()) results[index].push(run(workload, size, warmUp))
  }
  const medians = results.map(runs =>
    Object.fromEntries(
      ['nodes', 'megabytes', 'proof', ...times].map(name => [
        name,
        spread(runs.map(run => run[name])).median,
      ]),
    ),
  )
  const rows = medians.map((median, index) => [
    `${sizes[index]}`,
    `${median.nodes}`,
    ...times.map(name => median[name].toFixed(0)),
    ...times.map(name => ((median[name] * 1000) / sizes[index]).toFixed(0)),
    median.proof.toFixed(1),
    median.megabytes.toFixed(0),
  ])
  const [before, most] = medians.slice(-2)
  const powers = times.map(
    name => Math.log(most[name] / before[name]) / Math.log(sizes.at(-1) / sizes.at(-2)),
  )
  const head = [
    `${unit}s`,
    'nodes',
    ...times.map(name => `${name}, ms`),
    ...times.map(name => `${name}, µs a ${unit}`),
    'proof / trace',
  ]
  const growing = times.map((name, index) => `${name} ${unit}s^${powers[index].toFixed(2)}`).join(', ')
  const range = sizes.slice(-2).map(size => size.toLocaleString('en'))
  return {
    text: `${table([...head, 'peak memory, MB'], rows)}\n\nFrom ${range.join(' to ')} ${unit}s: ${growing}.`,
    isLinear: powers.every(power => power < greatestPower),
  }
}

function run({ module, make }, size, warmUp) {
  const script = `import { ${make} } from './test/bench/${module}'
import { timeWorkload } from './test/bench/timing.js'
for (let i = 0; i < 10; i++) timeWorkload(${make}(${warmUp}))
const times = timeWorkload(${make}(${size}))
const proof = (times.check - times.trace) / times.trace
console.log(JSON.stringify({ ...times, proof, megabytes: process.resourceUsage().maxRSS / 1024 }))`
  return JSON.parse(
    execFileSync(process.execPath, [...heap, '--input-type=module', '--eval', script], { encoding: 'utf8' }),
  )
}
