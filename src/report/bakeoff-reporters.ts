import pc from 'picocolors'
import type { BakeoffOutcome } from '../bakeoff/bakeoff.js'
import { type ColumnLine, columnsOf } from '../bakeoff/columns.js'
import { type BakeoffRun, isContradiction } from '../bakeoff/run.js'
import { toLatex } from '../equations/latex.js'
import { toText } from '../equations/unicode.js'
import { reach } from '../experiment/problem.js'
import { bakeoffSummary, checkText, membersText, standingText, undecidedText } from './bakeoff-facts.js'
import { lineFormula, samenessSigns } from './diff-facts.js'
import { diffJson } from './diff-json.js'
import { renderTarget as targetInMarkdown } from './diff-markdown.js'
import { renderTarget as targetInTerminal } from './diff-terminal.js'
import { visible } from './frame.js'
import { renderBakeoffHtml } from './html/bakeoff.js'
import { diagnosticJson, placeJson } from './json.js'
import { renderReason as reasonInMarkdown } from './markdown.js'
import { code, math, prose } from './markdown-text.js'
import type { Reporters, TerminalOptions } from './reporters.js'
import { bakeoffRunFacts, runSigns, runSummary } from './run-facts.js'
import { type Colors, renderFact, renderReason } from './terminal-findings.js'

/** All ways to write down what became of implementations, by the name that `--format` takes. */
export const bakeoffReporters = {
  terminal: { summary: 'for a person at a terminal', extension: '.txt', render: renderTerminal },
  json: {
    summary: 'for programs, described by grammar/bakeoff.schema.json',
    extension: '.json',
    render: renderJson,
  },
  markdown: { summary: 'for a comment or a document', extension: '.md', render: renderMarkdown },
  html: { summary: 'a page, in one file', extension: '.html', render: renderBakeoffHtml },
} as const satisfies Reporters<BakeoffOutcome>

export type BakeoffReporterName = keyof typeof bakeoffReporters

const signOf = (outcome: BakeoffOutcome, place: number): string => {
  if (place === outcome.base) return samenessSigns.same
  return samenessSigns[outcome.against.find(({ second }) => second === place)!.outcome.verdict]
}

function renderTerminal(outcomes: readonly BakeoffOutcome[], options: TerminalOptions): string {
  const colors = pc.createColors(options.color)
  const blocks = outcomes.flatMap(outcome => {
    const { classes, against, undecided, problems } = outcome
    const heads = classes.map((own, place) => {
      const check = checkText(own)
      const sign = signOf(outcome, place)
      const tone = sign === '✓' ? colors.green : sign === '✗' ? colors.red : colors.yellow
      const lines = [
        `${tone(sign)} ${colors.bold(visible(membersText(own)))}`,
        `  ${visible(standingText(outcome, place))}`,
        ...(check ? [`  ${visible(check)}`] : []),
      ]
      return lines.join('\n')
    })
    const differences = against.flatMap(({ outcome: own }) =>
      own.targets.map(target => targetInTerminal(target, own, colors, options)),
    )
    return [
      colors.bold(visible(bakeoffSummary(outcome))),
      ...problems.map(({ diagnostic }) => renderReason(diagnostic, options)),
      ...heads,
      ...differences,
      ...(undecided.length > 0
        ? [
            [
              'Not known either:',
              ...undecided.map(pair => `  ${visible(undecidedText(outcome, pair))}`),
            ].join('\n'),
          ]
        : []),
      ...(outcome.run ? [runInTerminal(outcome.run, colors, options)] : []),
    ]
  })
  return `${blocks.join('\n\n')}\n`
}

function runInTerminal(run: BakeoffRun, colors: Colors, options: TerminalOptions): string {
  const sign = runSigns[run.verdict]
  const tone = sign === '✓' ? colors.green : sign === '✗' ? colors.red : colors.yellow
  return [
    `${tone(sign)} ${colors.bold('When run')}: ${visible(runSummary(run))}`,
    ...run.sides.flatMap(({ failure }) => (failure ? ['', renderReason(failure, options)] : [])),
    '',
    ...bakeoffRunFacts(run).flatMap(fact => renderFact(fact, colors, options.width)),
  ].join('\n')
}

function runInMarkdown(run: BakeoffRun): readonly string[] {
  const rows = bakeoffRunFacts(run).map(({ label, text }) => `| ${prose(label)} | ${prose(text)} |`)
  return [
    `### ${runSigns[run.verdict]} When run: ${prose(runSummary(run))}`,
    ...run.sides.flatMap(({ failure }) => (failure ? [reasonInMarkdown(failure)] : [])),
    ['| | |', '|---|---|', ...rows].join('\n'),
  ]
}

function renderMarkdown(outcomes: readonly BakeoffOutcome[]): string {
  const blocks = outcomes.flatMap(outcome => {
    const { classes, against, undecided, problems } = outcome
    const rows = classes.map((own, place) => {
      const names = own.members.map(({ label }) => code(label)).join(', ')
      const cells = [
        `${signOf(outcome, place)} ${names}`,
        prose(standingText(outcome, place)),
        prose(checkText(own) ?? ''),
      ]
      return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
    })
    const columns = columnsOf(outcome).map(({ place, lines }) => {
      const shown = lines.map(line => {
        const formula = toLatex(lineFormula(line))
        return `${math(formula)}${line.isOdd ? '\n\n↑ not so in all implementations' : ''}`
      })
      return [`### ${prose(membersText(classes[place]!))}`, ...shown].join('\n\n')
    })
    return [
      `## ${prose(bakeoffSummary(outcome))}`,
      ...problems.map(({ diagnostic }) => reasonInMarkdown(diagnostic)),
      ...(rows.length > 0 ? [['| implementations | | spec |', '|---|---|---|', ...rows].join('\n')] : []),
      ...against.flatMap(({ outcome: own }) =>
        own.targets.map(target => targetInMarkdown(target, own, '###')),
      ),
      ...undecided.map(pair => `Not known either: ${prose(undecidedText(outcome, pair))}`),
      ...(outcome.run ? runInMarkdown(outcome.run) : []),
      ...columns,
    ]
  })
  return `${blocks.join('\n\n')}\n`
}

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
const formatVersion = 1

function renderJson(outcomes: readonly BakeoffOutcome[]): string {
  return `${JSON.stringify({ version: formatVersion, bakeoffs: outcomes.map(bakeoffJson) }, null, 2)}\n`
}

function bakeoffJson(outcome: BakeoffOutcome): object {
  const { entrants, verdict, classes, base, hasMajority, against, undecided, spec, problems } = outcome
  const columns = columnsOf(outcome)
  const pairJson = ({ first, second, outcome: own }: BakeoffOutcome['against'][number]) => ({
    first,
    second,
    comparison: diffJson(own),
  })
  return {
    implementations: entrants.map(({ label }) => label),
    verdict,
    spec: spec ?? null,
    classes: classes.map((own, place) => ({
      members: own.members.map(({ label }) => label),
      standing: standingText(outcome, place),
      check: own.check
        ? {
            verdict: own.check.verdict,
            codes: own.check.comparison?.findings.map(({ diagnostic }) => diagnostic.code) ?? [],
          }
        : null,
      equations: columns.find(column => column.place === place)?.lines.map(equationJson) ?? [],
    })),
    base: classes.length > 0 ? base : null,
    hasMajority,
    against: against.map(pairJson),
    undecided: undecided.map(pairJson),
    problems: problems.map(({ diagnostic }) => diagnosticJson(diagnostic)),
    run: outcome.run ? runJson(outcome.run) : null,
  }
}

const runJson = (run: BakeoffRun): object => ({
  ...run,
  reference: run.reference ?? null,
  summary: runSummary(run),
  sides: run.sides.map(({ failure, ...side }) => ({
    ...side,
    failure: failure ? diagnosticJson(failure) : null,
  })),
  weights: run.weights.map(pair => ({ ...pair, contradictsProof: isContradiction(pair) })),
  ...(run.training && {
    training: {
      ...run.training,
      instance: { ...run.training.instance, reach: reach(run.training.instance) },
    },
  }),
})

const equationJson = (line: ColumnLine): object => ({
  latex: toLatex(lineFormula(line)),
  text: toText(lineFormula(line)),
  isOdd: line.isOdd,
  place: line.span ? placeJson(line.span) : null,
})
