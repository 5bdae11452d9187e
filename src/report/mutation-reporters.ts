import pc from 'picocolors'
import type { Judged, Outcome } from '../mutation/judge.js'
import type { MutationReport } from '../mutation/mutate.js'
import { operators } from '../mutation/table.js'
import { padTo } from '../text/width.js'
import { visible } from './frame.js'
import { wrap } from './layout.js'
import { code, prose } from './markdown-text.js'
import {
  changeOfMutant,
  countsOfOutcomes,
  outcomes,
  outcomeText,
  summaryOfMutants,
  summaryOfToy,
  toyText,
} from './mutation-facts.js'
import type { Reporters, TerminalOptions } from './reporters.js'

/** All ways to write down what became of mutants, by the name that `--format` takes. */
export const mutationReporters = {
  terminal: { summary: 'for a person at a terminal', extension: '.txt', render: renderTerminal },
  json: {
    summary: 'for programs, described by grammar/mutation.schema.json',
    extension: '.json',
    render: renderJson,
  },
  markdown: { summary: 'for a comment or a document', extension: '.md', render: renderMarkdown },
} as const satisfies Reporters<MutationReport>

export type MutationReporterName = keyof typeof mutationReporters

const against = ({ target, spec }: MutationReport): string =>
  spec === undefined ? `${target} against itself` : `${target} against ${spec}`

/** Mutants by what became of them; what nobody has to look at is only counted. */
const told: readonly Outcome[] = [
  'as written',
  'unverified',
  'caught',
  'left open',
  'equivalent',
  'unreadable',
]

function renderTerminal(reports: readonly MutationReport[], options: TerminalOptions): string {
  const colors = pc.createColors(options.color)
  const tone = (outcome: Outcome) =>
    outcome === 'as written' ? colors.red : outcome === 'unverified' ? colors.yellow : colors.green
  const blocks = reports.map(report => {
    const toy = summaryOfToy(report.judged)
    const groups = told.flatMap(outcome => {
      const own = report.judged.filter(entry => entry.outcome === outcome)
      return own.map(entry => mutantLines(entry, tone(outcome), options.width))
    })
    return [
      colors.bold(visible(against(report))),
      '',
      ...groups,
      ...(groups.length > 0 ? [''] : []),
      ...wrap(`${countsOfOutcomes(report.judged) || 'nothing to plant'}.`, options.width),
      colors.bold(visible(summaryOfMutants(report))),
      ...(toy === undefined ? [] : [colors.bold(visible(toy))]),
    ].join('\n')
  })
  return `${blocks.join('\n\n')}\n`
}

function mutantLines(entry: Judged, tone: (text: string) => string, width: number): string {
  const { mutant, outcome } = entry
  const head = `${mutant.operator}  ${mutant.file.path}:${mutant.lines[0]}  ${mutant.what}`
  const texts = [changeOfMutant(mutant), outcomeText(entry), ...(entry.toy ? [`toy: ${toyText(entry)}`] : [])]
  const lines = texts.flatMap(text => wrap(visible(text), width - 7).map(line => `       ${line}`))
  return [`${tone(outcomes[outcome].sign)} ${visible(head)}`, ...lines].join('\n')
}

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
const formatVersion = 1

function renderJson(reports: readonly MutationReport[]): string {
  const json = reports.map(({ target, spec, judged, untried }) => ({
    target,
    spec: spec ?? null,
    untried,
    mutants: judged.map(({ mutant, outcome, place, codes, isNamed, reason, lint, lintPlace, toy }) => ({
      operator: mutant.operator,
      title: operators[mutant.operator].title,
      what: mutant.what,
      path: mutant.file.path,
      line: mutant.lines[0],
      before: mutant.before,
      after: mutant.after,
      outcome,
      place: place ?? null,
      codes,
      isNamed,
      reason: reason ?? null,
      lint: { codes: lint, place: lintPlace ?? null },
      toy: toy ?? null,
    })),
  }))
  return `${JSON.stringify({ version: formatVersion, targets: json }, null, 2)}\n`
}

function renderMarkdown(reports: readonly MutationReport[]): string {
  const blocks = reports.map(report => {
    const rows = report.judged
      .filter(({ outcome }) => outcome !== 'not reached')
      .toSorted((a, b) => told.indexOf(a.outcome) - told.indexOf(b.outcome))
      .map(entry => {
        const { mutant } = entry
        const cells = [
          `${outcomes[entry.outcome].sign} ${prose(outcomeText(entry))}`,
          `${mutant.operator}: ${mutant.what}`,
          `${code(`${mutant.file.path}:${mutant.lines[0]}`)} ${code(changeOfMutant(mutant))}`,
          prose(toyText(entry)),
        ]
        return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
      })
    const toy = summaryOfToy(report.judged)
    const table = ['| what became of it | fault | where | toy |', '|---|---|---|---|', ...rows].join('\n')
    return [
      `## ${prose(against(report))}`,
      `**${prose([summaryOfMutants(report), ...(toy === undefined ? [] : [toy])].join('; '))}**`,
      ...(rows.length > 0 ? [table] : []),
    ].join('\n\n')
  })
  return `${blocks.join('\n\n')}\n`
}

/** The table of operators for a terminal: number, title, what is planted, and a thread in which it was found. */
export function renderOperators({ color, width }: TerminalOptions): string {
  const colors = pc.createColors(color)
  const all = Object.entries(operators).toSorted(([a], [b]) =>
    a[0] === b[0] ? a.localeCompare(b) : b.localeCompare(a),
  )
  const blocks = all.map(([id, operator]) => {
    const thread = 'thread' in operator ? `  ${colors.cyan(operator.thread)}` : ''
    const lines = operator.plantings.flatMap(({ what }) => wrap(what, width - 5).map(line => `     ${line}`))
    return [`${colors.bold(padTo(id, 5))}${operator.title}${thread}`, ...lines].join('\n')
  })
  return `${blocks.join('\n')}\n`
}
