import { coldStart } from './cold.js'
import { growth } from './growth.js'
import { stack, timeStack } from './stack.js'
import { spreadText, table } from './statistics.js'

const warmUps = 50
const calls = 200

function warmCalls() {
  const model = stack(20)
  for (let i = 0; i < warmUps; i++) timeStack(model)
  const runs = Array.from({ length: calls }, () => timeStack(model))
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
const { text, isLinear } = growth()
console.log(`## Stacks of layers\n\n${text}`)
if (!isLinear) {
  console.error('\nThe time grows faster than the number of layers.')
  process.exitCode = 1
}
