import type { Element } from 'hast'
import { visible } from '../frame.js'
import type { Level, Notice } from '../notices.js'
import type { ReportOptions } from '../reporters.js'
import {
  changedTargets,
  foundIn,
  hasOtherVerdict,
  isSilent,
  type ListingChange,
  openTargets,
  type Review,
  type ReviewedCheck,
  reviewText,
} from '../review.js'
import {
  listedChecks,
  noticeFacts,
  noticeSigns,
  parameterChanges,
  reviewSign,
  revisionsText,
  rulesText,
  ruleTitle,
  unreadText,
  verdictsText,
} from '../review-facts.js'
import { factList, section, sentence } from './cards.js'
import { changedLinesList } from './changed-lines.js'
import { targetCard, unusableCard } from './differences.js'
import { document } from './document.js'
import { type Child, e, prose, table } from './elements.js'
import { excerpt } from './excerpt.js'

const note =
  'The same: proved equal over the real numbers; rounding is left out. Different: shown by numbers, or by values that are stated. Everything is judged by the specs, the list of checks and the baseline of the base. Both sides were read from git and not run.'

/** What changes do to the mathematics, as one HTML file that loads nothing. */
export function renderReviewHtml(reviews: readonly Review[], options: ReportOptions): string {
  const title = reviews.map(review => `${reviewSign(review)} ${reviewText(review)}`).join('; ')
  const body = [
    e('header', {}, e('h1', { className: ['question'] }, 'What does the change do to the mathematics?')),
    e('main', {}, ...reviews.map((review, i) => article(review, `review${i + 1}`))),
  ]
  return document(visible(title), body, options, note)
}

const tones = { '✓': 'is-as-written', '✗': 'is-differs', '?': 'is-unverified', '~': 'is-accepted' } as const

/** What a part of the review is called, where it has anything to show, and how many things these are. */
interface Part {
  readonly name: string
  readonly title: string
  readonly count: number
  readonly content: readonly Child[]
}

function article(review: Review, id: string): Element {
  const unread = unreadText(review)
  const parts = isSilent(review) ? [] : partsOf(review).filter(({ count }) => count > 0)
  const sign = reviewSign(review)
  return e(
    'article',
    { id, ariaLabelledBy: `${id}-title` },
    e(
      'header',
      { className: ['verdict', tones[sign]] },
      e('h2', { id: `${id}-title` }, `${sign} ${visible(reviewText(review))}`),
      e('p', {}, visible(revisionsText(review))),
    ),
    banner(review),
    parts.length > 1
      ? e(
          'nav',
          { ariaLabel: 'Parts of the review' },
          e(
            'ul',
            {},
            ...parts.map(({ name, title, count }) =>
              e('li', {}, e('a', { href: `#${id}-${name}` }, title), `: ${count}`),
            ),
          ),
        )
      : undefined,
    ...parts.map(({ name, title, content }) => section(title, content, `${id}-${name}`)),
    unread ? e('p', { className: ['remark'] }, prose(unread)) : undefined,
  )
}

/** That the change edits what it is judged by, with the lines. */
function banner(review: Review): Child {
  const text = rulesText(review)
  if (text === undefined) return undefined
  return e(
    'section',
    { className: ['card', 'is-unverified'] },
    e('h3', {}, '! A change cannot approve itself'),
    e('p', {}, prose(text)),
    ...review.rules.map(rule =>
      e(
        'details',
        { open: true },
        e('summary', {}, e('code', {}, visible(ruleTitle(rule)))),
        changedLinesList(rule.lines, `What changes in ${visible(rule.path)}`),
      ),
    ),
  )
}

function partsOf(review: Review): readonly Part[] {
  const { added, resolved } = foundIn(review)
  const part = (name: string, title: string, content: readonly Child[]): Part => ({
    name,
    title,
    count: content.length,
    content,
  })
  const checks = listedChecks(review)
  const numbers = parameterChanges(review)
  const changed = review.files.flatMap(file => [
    ...changedTargets(file).map(target => targetCard(target, file.models!)),
    ...file.listings.map(trainingCard),
  ])
  const unusable = review.files.flatMap(({ models }) =>
    models?.verdict === 'unusable' ? [unusableCard(models)] : [],
  )
  const open = review.files.flatMap(openTargets)
  return [
    { ...part('checks', 'Checks', [checkTable(checks)]), count: checks.length },
    part('new', 'New findings', added.map(noticeCard)),
    part('changed', 'What changed', changed),
    {
      ...part('parameters', 'Numbers of parameters', [parameterTable(numbers)]),
      count: numbers.length,
    },
    part(
      'open',
      'Not known to be the same',
      open.map(({ target, why }) =>
        e(
          'section',
          { className: ['card', 'is-unverified'] },
          e('h4', {}, '? ', e('code', {}, visible(target))),
          e('p', {}, prose(why)),
        ),
      ),
    ),
    part('unusable', 'Could not be compared', unusable),
    part('resolved', 'Resolved findings', resolved.map(noticeCard)),
  ]
}

function checkTable(checks: readonly ReviewedCheck[]): Element {
  const rows = checks.map(check => {
    const { after } = check
    return e(
      'tr',
      {},
      e('td', { className: ['sign', `is-${after.verdict.replace(' ', '-')}`] }, verdictsText(check)),
      e('td', {}, hasOtherVerdict(check) ? 'changed' : 'as before'),
      e('td', {}, e('code', {}, visible(after.target))),
      e('td', {}, e('code', {}, visible(after.specPath))),
    )
  })
  return table('checks', ['verdict', 'compared with the base', 'target', 'spec'], rows)
}

function parameterTable(changes: ReturnType<typeof parameterChanges>): Element {
  const rows = changes.map(({ target, where, before, after }) =>
    e(
      'tr',
      {},
      e(
        'td',
        {},
        e('code', {}, visible(target)),
        where.length > 0 ? ` where ${visible(where.join(', '))}` : '',
      ),
      e('td', { className: ['count'] }, before),
      e('td', { className: ['count'] }, after),
    ),
  )
  return table('parameters', ['target', 'before', 'after'], rows)
}

const noticeTones: Readonly<Record<Level, string>> = {
  error: 'is-differs',
  warning: 'is-unverified',
  note: 'is-accepted',
}

/** One finding with its code, as its own side of the change has it. */
function noticeCard(notice: Notice): Element {
  const { code, level, message, target, spec, clauses, span } = notice
  return e(
    'section',
    { className: ['card', noticeTones[level]] },
    e('h4', {}, `${noticeSigns[level]} `, e('code', {}, code)),
    e('p', {}, sentence(message)),
    e(
      'p',
      { className: ['clauses'] },
      'in ',
      e('code', {}, visible(target)),
      ...(spec === undefined ? [] : [' against ', e('code', {}, visible(spec))]),
      ...clauses.flatMap((id, i) => [i > 0 ? ', ' : ', clauses ', e('code', {}, visible(id))]),
    ),
    span ? excerpt(span) : undefined,
    factList(noticeFacts(notice)),
  )
}

function trainingCard({ target, lines }: ListingChange): Element {
  return e(
    'section',
    { className: ['card', 'is-differs'] },
    e('h4', {}, e('code', {}, visible(target)), ': what training does'),
    changedLinesList(lines, `What changes in the training of ${visible(target)}`),
  )
}
