import { replaceInitializers, tf } from './support/model-code.js'
import { goldenModels, judge, mutantsOf } from './support/mutants.js'

/*
 * Judges the mutants of all golden models, or of those that are named, and prints what became of them. A mutant is
 * killed where the check says that it differs, at the changed line.
 */

await tf.setBackend('cpu')
replaceInitializers()

const named = process.argv.slice(2)
const columns = ['killed', 'elsewhere', 'as written', 'unverified', 'unread'] as const
console.log(['model', 'mutants', ...columns, 'slowest'].join('\t'))
for (const golden of goldenModels.filter(({ name }) => named.length === 0 || named.includes(name))) {
  const mutants = mutantsOf(golden)
  const counts: Record<string, number> = {}
  const survivors: string[] = []
  let slowest = 0
  for (const mutant of mutants) {
    const { verdict, isRead, isFound, reason, truth, milliseconds } = judge(golden, mutant)
    const outcome = !isRead ? 'unread' : verdict !== 'differs' ? verdict : isFound ? 'killed' : 'elsewhere'
    counts[outcome] = (counts[outcome] ?? 0) + 1
    slowest = Math.max(slowest, milliseconds)
    const against = truth ? `; TensorFlow.js: ${truth}` : ''
    if (outcome !== 'killed')
      survivors.push(
        `  ${outcome}: ${mutant.operator}, line ${mutant.lines[0]}${against}${reason && `; ${reason}`}`,
      )
  }
  const seconds = `${(slowest / 1000).toFixed(1)} s`
  console.log([golden.name, mutants.length, ...columns.map(name => counts[name] ?? 0), seconds].join('\t'))
  if (survivors.length > 0) console.log(survivors.join('\n'))
}
