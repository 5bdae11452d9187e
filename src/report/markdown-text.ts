import { withoutControls } from '../equations/formula.js'
import { escapeMarkdown } from '../equations/markdown.js'

/** A display formula, as code hosts show it. */
export function math(latex: string): string {
  return `\`\`\`math\n${latex}\n\`\`\``
}

/** A fence longer than any run of backticks inside. */
export function fenced(text: string, language: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}${language}\n${text}\n${fence}`
}

/** A text in which names stand between backticks: those become code, and nothing else acts as Markdown. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map(part => (/^`[^`]+`$/.test(part) ? code(part.slice(1, -1)) : withoutMentions(escapeMarkdown(part))))
    .join('')
}

/** Code hosts tell people whose name stands behind an `@`, unless something is in between. */
function withoutMentions(markdown: string): string {
  return markdown.replace(/@(?=\w)/g, '@<!-- -->')
}

/** Inline code that its content cannot end. */
export function code(text: string): string {
  const clean = withoutControls(text)
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return longest > 0 ? `${fence} ${clean} ${fence}` : `${fence}${clean}${fence}`
}
