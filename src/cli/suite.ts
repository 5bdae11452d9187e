import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCases } from '../suite/cases.js'
import { type CaseResult, runCase } from '../suite/run.js'
import { exitCodes } from './exit.js'
import { print } from './output.js'
import { UsageError } from './usage.js'

interface ThemeResult extends CaseResult {
  readonly id: string
  readonly theme: string
  readonly expected: 'same' | 'different'
}

/** `aswritten suite`: decides pairs of functions whose verdict is known, and counts how often that is right. */
export function suite(folder: string, { format }: { readonly format: 'text' | 'json' }): number {
  const files = yamlFilesOf(folder)
  const results = files.flatMap((name): readonly ThemeResult[] => {
    const cases = readCases(readFileSync(join(folder, name), 'utf8'))
    if (typeof cases === 'string') throw new UsageError(`${join(folder, name)}: ${cases}`)
    const theme = name.replace(/\.ya?ml$/, '')
    return cases.map(pair => ({ id: pair.id, theme, expected: pair.verdict, ...runCase(pair) }))
  })
  print(format === 'json' ? json(results) : table(results))
  return results.some(({ outcome }) => outcome === 'wrong') ? exitCodes.crash : exitCodes.asWritten
}

function yamlFilesOf(folder: string): readonly string[] {
  let names: readonly string[]
  try {
    names = readdirSync(folder)
  } catch {
    throw new UsageError(`there is no folder \`${folder}\``)
  }
  const files = names.filter(name => /\.ya?ml$/.test(name)).sort()
  if (files.length === 0)
    throw new UsageError(`the folder \`${folder}\` holds no suite: no YAML file is in it`)
  return files
}

function json(results: readonly ThemeResult[]): string {
  const cases = results.map(({ id, theme, expected, verdict, outcome, evidence, seconds }) => ({
    id,
    theme,
    expected,
    verdict,
    outcome,
    evidence,
    seconds,
  }))
  return `${JSON.stringify({ cases, ...countsOf(results) }, null, 2)}\n`
}

function countsOf(results: readonly ThemeResult[]) {
  const count = (test: (result: ThemeResult) => boolean) => results.filter(test).length
  return {
    proved: count(({ outcome, expected }) => outcome === 'right' && expected === 'same'),
    refuted: count(({ outcome, expected }) => outcome === 'right' && expected === 'different'),
    undecided: count(({ outcome }) => outcome === 'undecided'),
    wrong: count(({ outcome }) => outcome === 'wrong'),
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}

function table(results: readonly ThemeResult[]): string {
  const themes = [...new Set(results.map(({ theme }) => theme))]
  const width = Math.max(...themes.map(theme => theme.length), 'theme'.length)
  const row = (name: string, group: readonly ThemeResult[]) => {
    const { proved, refuted, undecided, wrong, seconds } = countsOf(group)
    const of = (verdict: ThemeResult['expected']) =>
      group.filter(({ expected }) => expected === verdict).length
    const cells = [
      `${proved} of ${of('same')}`,
      `${refuted} of ${of('different')}`,
      `${undecided}`,
      `${wrong}`,
    ]
    return `${name.padEnd(width)}  ${cells.map(cell => cell.padStart(11)).join('  ')}  ${seconds.toFixed(2).padStart(7)}`
  }
  const heads = ['proved same', 'refuted', 'undecided', 'wrong'].map(head => head.padStart(11))
  const open = results.filter(({ outcome }) => outcome !== 'right')
  return [
    `${'theme'.padEnd(width)}  ${heads.join('  ')}  seconds`,
    ...themes.map(name =>
      row(
        name,
        results.filter(({ theme }) => theme === name),
      ),
    ),
    row('all', results),
    '',
    ...open.map(({ theme, id, outcome, evidence }) => `${outcome}: ${theme}/${id}: ${evidence}`),
    '',
  ].join('\n')
}
