import type { Code } from '../diagnostics/catalogue.js'
import { rulesOnRequest } from '../lint/lint.js'
import { lintReporters } from '../report/lint-reporters.js'
import { nearest } from '../text/nearest.js'
import { Acceptances, baselineFrom } from './acceptances.js'
import { exitCodes } from './exit.js'
import { codesOfFailures, type LintOptions, lintFiles } from './lint-files.js'
import { type AskedOutput, folderInRepository, report } from './output.js'
import { UsageError } from './usage.js'

interface Options extends LintOptions {
  readonly ignore: readonly string[]
  readonly also: readonly string[]
  readonly baseline?: string
  readonly outputs: readonly AskedOutput[]
}

/** `aswritten lint`: soft failures of every model in files and folders, without a spec. */
export function lint(texts: readonly string[], options: Options): number {
  const ignored = new Set(readCodes(options.ignore, codesOfFailures))
  const onRequest = Object.keys(rulesOnRequest) as Code[]
  const also = readCodes(options.also, onRequest)
  const runs = lintFiles(texts, options, { ignored, also })
  const base = runs[0]?.base ?? process.cwd()
  const accepted = new Acceptances(
    baselineFrom(options.baseline, process.cwd()),
    folderInRepository(base),
    runs.flatMap(({ read }) => [...read]),
  )
  const isHunted = (code: Code) => !ignored.has(code) && (!onRequest.includes(code) || also.includes(code))
  const files = accepted.lint(runs, isHunted)
  report(lintReporters, files, options.outputs, { base })
  if (files.some(({ errors }) => errors.length > 0)) return exitCodes.unusable
  const found = files.flatMap(({ findings }) => findings).filter(entry => !entry.accepted)
  return found.length > 0 ? exitCodes.differs : exitCodes.asWritten
}

function readCodes(texts: readonly string[], codes: readonly Code[]): readonly Code[] {
  return texts.map(text => {
    const found = codes.find(code => code === text)
    if (found) return found
    const suggestion = nearest(text, codes)
    const help = suggestion ? `did you mean \`${suggestion}\`?` : `it is one of \`${codes.join('`, `')}\``
    throw new UsageError(`lint has no code \`${text}\` here; ${help}`)
  })
}
