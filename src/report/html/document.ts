import { createHash } from 'node:crypto'
import type { Element } from 'hast'
import { toHtml } from 'hast-util-to-html'
import type { ReportOptions } from '../reporters.js'
import { e } from './elements.js'
import { script } from './script.js'
import { style } from './style.js'

/** What verdicts of a comparison mean. */
const wordsOfProofs =
  'As written: proved equal over the real numbers; rounding is left out. Differs: shown by numbers, or by values that are stated and others that are found. Unverified: neither, for the reason that stands there. The code was read and not run.'

/** A page around content, with what its words mean at the end. Its only script has its hash in the policy of the page, which forbids everything else. */
export function document(
  title: string,
  content: readonly Element[],
  { mathStyle, version }: ReportOptions,
  words = wordsOfProofs,
): string {
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
    e('title', {}, title),
    e('style', {}, { type: 'raw', value: mathStyle() }),
    e('style', {}, { type: 'raw', value: style }),
  )
  const body = e(
    'body',
    {},
    ...content,
    footer(words, version),
    e('script', {}, { type: 'raw', value: script }),
  )
  const page = e('html', { lang: 'en' }, head, body)
  return `<!doctype html>\n${toHtml(page, { allowDangerousHtml: true })}\n`
}

function footer(words: string, version: string): Element {
  return e('footer', {}, e('p', {}, words), e('p', {}, `aswritten ${version}`))
}
