import { readFileSync } from 'node:fs'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import { nearest } from '../text/nearest.js'
import { exitCodes } from './exit.js'
import { print } from './output.js'
import { findingPage } from './package.js'
import { UsageError } from './usage.js'

/** `aswritten explain`: the documentation of a finding code, or the list of codes. */
export function explain(code: string | undefined): number {
  const codes = Object.keys(catalogue) as Code[]
  if (code === undefined) {
    const longest = Math.max(...codes.map(name => name.length))
    const lines = codes.map(name => `${name.padEnd(longest)}  ${catalogue[name].title}`)
    print(`${lines.join('\n')}\n`)
    return exitCodes.asWritten
  }
  if (!Object.hasOwn(catalogue, code)) {
    const suggestion = nearest(code, codes)
    throw new UsageError(
      `there is no finding code \`${code}\`${suggestion ? `; did you mean \`${suggestion}\`?` : '; `aswritten explain` lists them'}`,
    )
  }
  print(readFileSync(findingPage(code), 'utf8'))
  return exitCodes.asWritten
}
