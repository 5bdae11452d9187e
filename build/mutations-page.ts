import type { Operator } from '../src/mutation/operator.js'
import type { OperatorCount } from '../src/report/mutation-facts.js'

type Counts = Omit<OperatorCount, 'operator' | 'title'>

/** What became of the faults that were planted into programs of one kind. */
export interface MeasuredGroup {
  readonly title: string
  readonly rows: readonly { readonly name: string; readonly counts: Counts }[]
  readonly byOperator: readonly OperatorCount[]
  readonly total: Counts
}

const columns: readonly (readonly [string, (counts: Counts) => number])[] = [
  ['planted', ({ all, counts }) => all - counts['not reached']],
  ['at the line', ({ places }) => places.line],
  ['near', ({ places }) => places.near],
  ['elsewhere', ({ places }) => places.elsewhere],
  ['unverified', ({ counts }) => counts.unverified],
  ['as written', ({ counts }) => counts['as written']],
  ['left open', ({ counts }) => counts['left open']],
  ['equivalent', ({ counts }) => counts.equivalent],
  ['not followed', ({ counts }) => counts.unreadable],
  ['lint', ({ linted }) => linted],
]

const table = (head: string, rows: readonly (readonly [string, Counts])[]): string =>
  [
    `| ${[head, ...columns.map(([name]) => name)].join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...rows.map(
      ([name, counts]) => `| ${[name, ...columns.map(([, of]) => String(of(counts) || ''))].join(' | ')} |`,
    ),
  ].join('\n')

/** The page of what became of all faults; `npm run mutants` writes it. */
export function mutationsPage(
  groups: readonly MeasuredGroup[],
  operators: Readonly<Record<string, Operator>>,
): string {
  const measured = groups.flatMap(({ title, rows, byOperator, total }) => [
    `## ${title}`,
    table('program', [...rows.map(({ name, counts }) => [name, counts] as const), ['all', total] as const]),
    table(
      'fault',
      byOperator.map(entry => [`${entry.operator} ${entry.title}`, entry] as const),
    ),
  ])
  return `${['# What is noticed', introduction, ...measured, '## The faults', operatorTable(operators)].join(
    '\n\n',
  )}\n`
}

/** All faults by number: what each plants, and where it was found. */
export const operatorTable = (operators: Readonly<Record<string, Operator>>): string =>
  [
    '| number | fault | planted as | found in |',
    '|---|---|---|---|',
    ...Object.entries(operators)
      .toSorted(([a], [b]) => (a[0] === b[0] ? a.localeCompare(b) : b.localeCompare(a)))
      .map(([id, { title, thread, plantings }]) => {
        const [repository, number] = thread?.split('#') ?? []
        const link = repository ? `[${thread}](https://github.com/${repository}/issues/${number})` : ''
        return `| ${id} | ${title} | ${plantings.map(({ what }) => what).join('; ')} | ${link} |`
      }),
  ].join('\n')

const introduction = `This page is written by \`npm run mutants\`, which plants every fault that [\`aswritten mutate\`](mutate.md) knows, one at a time, into the
models and programs of the tests, and compares each mutant with the spec that the program fulfils. Faults in code that the target does not
reach are left out. *At the line* means that a finding is told on a line that the fault changes, *near* that it is told within three lines
or at what the line belongs to. *As written* would be a wrong verdict. *Left open* differs in what the spec does not say, *equivalent* is proved to
be the same, and of what is *not followed* there is nothing to compare, mostly because TensorFlow.js throws. *Lint* counts the faults that are found
without a spec.`
