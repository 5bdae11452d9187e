import { createHash } from 'node:crypto'
import type { Element } from 'hast'
import { toHtml } from 'hast-util-to-html'
import type { CheckOutcome } from '../../pipeline.js'
import { summaryText, verdictSigns, verdictWords } from '../facts.js'
import type { ReportOptions } from '../reporters.js'
import { article } from './article.js'
import { e } from './elements.js'
import { script } from './script.js'
import { style } from './style.js'

/**
 * The outcome of checks as one HTML file that loads nothing. Its only script has its hash in the policy of the page, which
 * forbids everything else.
 */
export function renderHtml(outcomes: readonly CheckOutcome[], { mathStyle, version }: ReportOptions): string {
  const hash = createHash('sha256').update(script).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-${hash}'`
  const head = e(
    'head',
    {},
    e('meta', { charSet: 'utf-8' }),
    e('meta', { httpEquiv: 'Content-Security-Policy', content: policy }),
    e('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    e('meta', { name: 'color-scheme', content: 'light dark' }),
    e('meta', { name: 'generator', content: `aswritten ${version}` }),
    e('title', {}, titleOf(outcomes)),
    e('style', {}, { type: 'raw', value: mathStyle() }),
    e('style', {}, { type: 'raw', value: style }),
  )
  const several = outcomes.length > 1
  const body = e(
    'body',
    {},
    several
      ? overview(outcomes)
      : e('header', {}, e('h1', { className: ['question'] }, 'Is the model implemented as written?')),
    e('main', {}, ...outcomes.map((outcome, i) => article(outcome, `check${i + 1}`))),
    footer(version),
    e('script', {}, { type: 'raw', value: script }),
  )
  const page = e('html', { lang: 'en' }, head, body)
  return `<!doctype html>\n${toHtml(page, { allowDangerousHtml: true })}\n`
}

function titleOf(outcomes: readonly CheckOutcome[]): string {
  const [only, ...others] = outcomes
  if (!only || others.length > 0) return `aswritten: ${summaryText(outcomes) ?? 'no checks'}`
  return `${verdictWords[only.verdict]}: ${only.target}`
}

function overview(outcomes: readonly CheckOutcome[]): Element {
  return e(
    'header',
    { className: ['overview'] },
    e('h1', {}, summaryText(outcomes)),
    e(
      'nav',
      { ariaLabel: 'Checks' },
      e(
        'ul',
        {},
        ...outcomes.map(({ verdict, target, spec, specPath }, i) =>
          e(
            'li',
            {},
            e(
              'span',
              { className: ['sign', `is-${verdict.replace(' ', '-')}`] },
              `${verdictSigns[verdict]} ${verdictWords[verdict]}`,
            ),
            ' ',
            e('a', { href: `#check${i + 1}` }, target),
            ` against ${spec?.title ?? specPath}`,
          ),
        ),
      ),
    ),
  )
}

function footer(version: string): Element {
  return e(
    'footer',
    {},
    e(
      'p',
      {},
      'As written: proved equal over the real numbers; rounding is left out. Differs: shown by numbers, or by values that are stated and others that are found. Unverified: neither, for the reason that stands there. The code was read and not run.',
    ),
    e('p', {}, `aswritten ${version}`),
  )
}
