import { coldStart } from './cold.js'
import { growth } from './growth.js'
import { stack } from './stack.js'
import { spreadText, table } from './statistics.js'
import { timeWorkload } from './timing.js'

const warmUps = 50
const calls = 200

function warmCalls() {
  const model = stack(20)
  for (let i = 0; i < warmUps; i++) timeWorkload(model)
  const runs = Array.from({ length: calls }, () => timeWorkload(model))
  const rows = [
    ['readModels', runs.map(run => run.trace)],
    ['equationsOf', runs.map(run => run.equations)],
    ['check', runs.map(run => run.check)],
  ]
  return table(
    ['function', 'ms'],
    rows.map(([name, times]) => [name, spreadText(times)]),
  )
}

console.log(`Node ${process.version}, ${process.platform}; each number is median [least … greatest]\n`)
console.log(`## A whole process\n\n${coldStart()}\n`)
console.log(`## A warm call for a model of 20 layers, ${calls} calls\n\n${warmCalls()}\n`)
const stacks = growth({
  workload: { module: 'stack.js', make: 'stack' },
  unit: 'layer',
  sizes: [10, 100, 1000, 10_000],
  warmUp: 20,
})
console.log(`## Stacks of layers\n\n${stacks.text}\n`)
const transformers = growth({
  workload: { module: 'transformer.js', make: 'transformer' },
  unit: 'block',
  sizes: [6, 24, 96, 384, 2400],
  warmUp: 3,
})
console.log(`## Transformers against equations\n\n${transformers.text}`)
if (!stacks.isLinear || !transformers.isLinear) {
  console.error('\nThe time grows faster than the model.')
  process.exitCode = 1
}
