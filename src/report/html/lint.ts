import type { Element } from 'hast'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { formatPlace } from '../../text/source.js'
import { reasonFacts } from '../facts.js'
import { visible } from '../frame.js'
import { lintCounts, lintSummary } from '../lint-facts.js'
import type { LintedFile } from '../lint-reporters.js'
import type { ReportOptions } from '../reporters.js'
import { factList, section, sentence } from './cards.js'
import { document } from './document.js'
import { type Child, e, prose } from './elements.js'
import { excerpt } from './excerpt.js'

const note =
  'A finding needs no spec: a rule speaks only where it is sure. Nothing is said of models that were not followed. The code was read and not run.'

/** What is found in files without a spec, as one HTML file that loads nothing. */
export function renderLintHtml(files: readonly LintedFile[], options: ReportOptions): string {
  const summary = lintSummary(files)
  const told = files.filter(isTold)
  const silent = files.filter(file => !isTold(file))
  const { sign, tone } = standingOf(files)
  const body = [
    e('header', {}, e('h1', { className: ['question'] }, 'What fails here without a crash?')),
    e(
      'main',
      {},
      e('header', { className: ['verdict', tone] }, e('p', { className: ['word'] }, `${sign} ${summary}`)),
      told.length > 1 ? overview(told) : undefined,
      ...told.map((file, i) => article(file, `file${i + 1}`)),
      silent.length > 0
        ? e(
            'details',
            {},
            e('summary', {}, `Nothing is found in ${silent.length} of ${files.length} files`),
            e('ul', {}, ...silent.map(({ file }) => e('li', {}, e('code', {}, visible(file))))),
          )
        : undefined,
    ),
  ]
  return document(`aswritten lint: ${summary}`, body, options, note)
}

const isTold = ({ findings, open, errors }: LintedFile): boolean =>
  findings.length + open.length + errors.length > 0

/** How files stand: what cannot be used, what is found, what was not followed, what is accepted. */
function standingOf(files: readonly LintedFile[]): { readonly sign: string; readonly tone: string } {
  const { errors, findings, open, accepted } = lintCounts(files)
  if (errors > 0) return { sign: '!', tone: 'is-unusable' }
  if (findings > 0) return { sign: '!', tone: 'is-differs' }
  if (open > 0) return { sign: '?', tone: 'is-unverified' }
  return accepted > 0 ? { sign: '~', tone: 'is-accepted' } : { sign: '✓', tone: 'is-as-written' }
}

function overview(files: readonly LintedFile[]): Element {
  return e(
    'nav',
    { ariaLabel: 'Files' },
    e(
      'ul',
      {},
      ...files.map((file, i) => {
        const { sign, tone } = standingOf([file])
        return e(
          'li',
          {},
          e('span', { className: ['sign', tone] }, sign),
          ' ',
          e('a', { href: `#file${i + 1}` }, visible(file.file)),
          `: ${countsText(file)}`,
        )
      }),
    ),
  )
}

/** `2 findings, 1 accepted, 1 not followed`. */
function countsText(file: LintedFile): string {
  const { findings, accepted, open, errors } = lintCounts([file])
  return [
    errors > 0 && 'cannot be used',
    findings > 0 && `${findings} finding${findings === 1 ? '' : 's'}`,
    accepted > 0 && `${accepted} accepted`,
    open > 0 && `${open} not followed`,
  ]
    .filter(Boolean)
    .join(', ')
}

function article(file: LintedFile, id: string): Element {
  const { findings, errors, open } = file
  const { sign, tone } = standingOf([file])
  return e(
    'article',
    { id, ariaLabelledBy: `${id}-title` },
    e(
      'header',
      { className: ['verdict', tone] },
      e('h2', { id: `${id}-title` }, `${sign} `, e('code', {}, visible(file.file))),
      e('p', { className: ['counts'] }, countsText(file)),
    ),
    section('What has to be mended', errors.map(card)),
    section('What is found', findings.filter(entry => !entry.accepted).map(card)),
    section('What is accepted', findings.filter(entry => entry.accepted).map(card)),
    section('Not followed, so nothing is said of them', open.map(openCard)),
  )
}

/** One finding with the code at its place, why it matters and what to do. */
function card(entry: Diagnostic): Element {
  const { code, message, span, accepted } = entry
  return e(
    'section',
    { className: ['card', accepted ? 'is-accepted' : 'is-differs'] },
    e('h4', {}, `${accepted ? '~' : '!'} `, e('code', {}, code), accepted ? ' (accepted)' : ''),
    e('p', {}, sentence(message)),
    span ? excerpt(span) : undefined,
    factList(reasonFacts(entry)),
  )
}

function openCard({ target, reason }: LintedFile['open'][number]): Child {
  const { message, span, help } = reason
  return e(
    'section',
    { className: ['card', 'is-unverified'] },
    e('h4', {}, '? ', e('code', {}, visible(target))),
    e('p', {}, sentence(message), ...(span ? [' ', e('code', {}, visible(formatPlace(span)))] : [])),
    help ? e('p', {}, prose(help)) : undefined,
  )
}
