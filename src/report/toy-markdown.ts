import { escapeMarkdown } from '../equations/markdown.js'
import type { ToyOutcome } from '../experiment/outcome.js'
import { toyFacts, toySigns, toyVerdict } from './toy-facts.js'

/** The outcomes as Markdown, for a comment or a document. */
export function renderToyMarkdown(outcomes: readonly ToyOutcome[]): string {
  const blocks = outcomes.map(outcome => {
    const { verdict, target, spec } = outcome
    const against = spec ? ` against \`${spec.path}\`` : ''
    const facts = toyFacts(outcome).map(
      ({ label, text }) => `| ${escapeMarkdown(label)} | ${escapeMarkdown(text)} |`,
    )
    return `## ${toySigns[verdict]} ${escapeMarkdown(toyVerdict(outcome))}\n\n\`${target}\`${against}\n\n| | |\n|---|---|\n${facts.join('\n')}`
  })
  return `${blocks.join('\n\n')}\n`
}
