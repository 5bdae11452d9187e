import { createHash } from 'node:crypto'
import type { Element } from 'hast'
import { toHtml } from 'hast-util-to-html'
import type { ReportOptions } from '../reporters.js'
import { e } from './elements.js'
import { script } from './script.js'
import { style } from './style.js'

/** What the words of a verdict mean. */
export const proofNote =
  'As written: proved equal over the real numbers; rounding is left out. Differs: shown by numbers, or by values that are stated and others that are found. Unverified: neither, for the reason that stands there. The code was read and not run.'

/** A page around content. Its only script has its hash in the policy of the page, which forbids everything else. `note` says at its end what its words mean. */
export function document(
  title: string,
  content: readonly Element[],
  { mathStyle, version }: ReportOptions,
  note: string,
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
    footer(note, version),
    e('script', {}, { type: 'raw', value: script }),
  )
  const page = e('html', { lang: 'en' }, head, body)
  return `<!doctype html>\n${toHtml(page, { allowDangerousHtml: true })}\n`
}

function footer(note: string, version: string): Element {
  return e('footer', {}, e('p', {}, note), e('p', {}, `aswritten ${version}`))
}
