import { renderTerminal } from '../report/terminal.js'
import { checkOne } from './checks.js'
import { exitCodes } from './exit.js'
import { print, terminalOptions } from './output.js'
import { demoFile } from './package.js'

/** `aswritten demo`: the example that ships, wrong and right, against its spec. Succeeds if both verdicts are as they should be. */
export function demo(): number {
  const spec = 'xor-and-regression'
  const [wrong, right] = ['missing-activation.ts', 'as-written.ts'].map(
    name =>
      checkOne({
        target: { text: `${demoFile(name)}#createModel` },
        spec: { text: spec },
        arguments: {},
        inputs: {},
        artifacts: {},
      }).outcome,
  )
  if (!wrong || !right) return exitCodes.crash
  print(
    `${[
      'A network learns two tasks at once, XOR and a linear regression, through one hidden layer.',
      'It trains without complaint. Is it implemented as written?',
    ].join('\n')}\n\n`,
  )
  print(renderTerminal([wrong], terminalOptions()))
  print('\nThe same network with its activation:\n\n')
  print(renderTerminal([right], terminalOptions()))
  print(
    '\nOn your own code: npx aswritten equations model.ts, then npx aswritten check model.ts#target --spec spec.yaml\n',
  )
  return wrong.verdict === 'differs' && right.verdict === 'as written' ? exitCodes.asWritten : exitCodes.crash
}
