import { type Candidate, type ChosenProblem, firstProblem, namedProblem } from '../experiment/choice.js'
import { acceptedTexts, signatureText } from '../experiment/fit.js'
import { isMisfit, type Signature } from '../experiment/problem.js'
import { type ProblemName, problems } from '../experiment/problems/table.js'
import { nearest } from '../text/nearest.js'
import { UsageError } from './usage.js'

/** What `--problem list` prints: the problems, and which models they fit. */
export function problemList(): string {
  const lines = (Object.keys(problems) as readonly ProblemName[]).flatMap(name => {
    const { title, asks, accepts } = problems[name]
    const fitting = acceptedTexts(accepts).map(text => `  For a model that ${text}.`)
    return [`${name}: ${title}`, `  ${asks}`, ...fitting, '']
  })
  return `${lines.join('\n').trimEnd()}\n`
}

/** Refuses a name that no problem has. */
export function readProblem(name: string): ProblemName {
  if (Object.hasOwn(problems, name)) return name as ProblemName
  const close = nearest(name, Object.keys(problems))
  throw new UsageError(
    `there is no problem \`${name}\`${close ? `; did you mean \`${close}\`?` : '; `aswritten toy --problem list` names them'}`,
  )
}

/** The problem that is named, which has to fit, or the first that fits. */
export function problemFor(name: ProblemName | undefined, candidate: Candidate): ChosenProblem | undefined {
  if (name === undefined) return firstProblem(candidate)
  const found = namedProblem(name, candidate)
  if (!isMisfit(found)) return found
  throw new UsageError(`${found.misfit} does not fit the problem \`${name}\`, which needs ${found.would}`)
}

/** That no problem fits. */
export const noProblemText = (signature: Signature): string =>
  `no problem fits a model that ${signatureText(signature)}: \`aswritten toy --problem list\` says which models fit`
