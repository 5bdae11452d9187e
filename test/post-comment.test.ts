import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { main } from '../src/github/main.js'
import { marker } from '../src/report/comment-limits.js'
import { type GitHubServer, serveGitHub } from './support/github-server.js'

const head = 'a'.repeat(40)
const token = 'ghs_secret'
const text = (title: string): string => `## ✗ ${title}\n\nmore\n\n${marker}`

const silentReview = {
  head: { name: 'HEAD', commit: head },
  counts: { verdicts: 0, added: 0, resolved: 0, different: 0, undecided: 0, same: 2, unusable: 0 },
  rules: [] as readonly object[],
  comments: [],
}
const review = { ...silentReview, counts: { ...silentReview.counts, different: 1 } }

let folder: string
let github: GitHubServer
let other: GitHubServer

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'comment-'))
  ;[github, other] = await Promise.all([serveGitHub(), serveGitHub()])
  github.pulls.set(7, pull())
  writeReview(text('1 file changed'), review)
})

afterEach(async () => {
  await Promise.all([github.close(), other.close()])
  rmSync(folder, { recursive: true, force: true })
})

const pull = (changes: object = {}): object => ({
  number: 7,
  state: 'open',
  head: { sha: head, repo: { id: 22 } },
  base: { repo: { full_name: 'o/r' } },
  ...changes,
})

function writeReview(markdown: string, facts: object): void {
  writeFileSync(join(folder, 'review.md'), `${markdown}\n`)
  writeFileSync(join(folder, 'review.json'), JSON.stringify({ version: 1, reviews: [facts] }))
}

const pullRequestEvent = { pull_request: { number: 7, head: { sha: head } } }

interface Started {
  readonly name?: string
  readonly event?: object
  readonly environment?: Readonly<Record<string, string>>
}

/** Posts the review as in a workflow; the token is never a part of what is printed. */
async function post({ name = 'pull_request', event = pullRequestEvent, environment }: Started = {}) {
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event))
  const ended = await main([folder], {
    GITHUB_TOKEN: token,
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: join(folder, 'event.json'),
    GITHUB_API_URL: github.address,
    GITHUB_GRAPHQL_URL: `${github.address}/graphql`,
    ...environment,
  })
  expect(ended.text).not.toContain(token)
  return ended
}

const bodies = () => github.comments.map(({ body }) => body)
const by = (login: string | null, id: number, body: string) => ({
  id,
  body,
  user: login === null ? null : { login },
})

describe('one comment', () => {
  test('is created, left alone while it says the same, and updated', async () => {
    expect(await post()).toEqual({ code: 0, text: '#7: a comment is posted\n' })
    expect(await post()).toEqual({ code: 0, text: '#7: the comment says so already\n' })
    writeReview(text('2 files changed'), review)
    expect(await post()).toEqual({ code: 0, text: '#7: the comment is updated\n' })
    expect(bodies()).toEqual([text('2 files changed')])
    expect(github.writes()).toEqual([
      'POST /repos/o/r/issues/7/comments',
      'PATCH /repos/o/r/issues/comments/1',
    ])
    expect(new Set(github.calls.map(call => call.token))).toEqual(new Set([`Bearer ${token}`]))
  })

  test('is not created where there is nothing to say, and updated if it is there', async () => {
    writeReview(text('refactoring'), silentReview)
    expect(await post()).toEqual({ code: 0, text: '#7: no comment, since no equation changed\n' })
    expect(github.writes()).toEqual([])
    github.comments = [by(github.viewer, 4, text('before'))]
    expect(await post()).toEqual({ code: 0, text: '#7: the comment is updated\n' })
    expect(bodies()).toEqual([text('refactoring')])
  })

  test.each([
    { ...silentReview, rules: [{}] },
    { ...silentReview, counts: {} },
    { ...silentReview, counts: { ...silentReview.counts, undecided: 1 } },
  ])('is created where only rules changed or something is open: %j', async facts => {
    writeReview(text('1 file changed'), facts)
    await post()
    expect(github.comments.length).toBe(1)
  })

  test('is found among many, by its last line and its author', async () => {
    const others = [
      by('someone', 1, text('of someone else')),
      by('github-actions', 2, text('of one with nearly its name')),
      by(null, 3, text('of one who left')),
      by(github.viewer, 4, `quoted ${marker} in the middle\n${marker} end`),
      ...Array.from({ length: 230 }, (_, i) => by(github.viewer, i + 5, 'talk')),
    ]
    github.comments = [...others, by(github.viewer, 900, text('before').replaceAll('\n', '\r\n'))]
    expect(await post()).toEqual({ code: 0, text: '#7: the comment is updated\n' })
    expect(github.comments).toEqual([...others, by(github.viewer, 900, text('1 file changed'))])
    expect(github.writes()).toEqual(['PATCH /repos/o/r/issues/comments/900'])
  })

  test('is another one if only others have one', async () => {
    github.comments = [by('someone', 1, text('of someone else'))]
    await post()
    expect(bodies()).toEqual([text('of someone else'), text('1 file changed')])
  })

  test('calls nobody', async () => {
    writeReview(text('@team and `@all`\u202e\u0007'), review)
    await post()
    expect(bodies()).toEqual([text('@\u200bteam and `@\u200ball`??')])
  })
})

describe('nothing is posted, with exit code 2,', () => {
  async function expectRefused(started: Started, reason: RegExp): Promise<void> {
    const { code, text: said } = await post(started)
    expect({ code, said: said.replace('error: no comment is posted: ', '') }).toEqual({
      code: 2,
      said: expect.stringMatching(reason),
    })
    expect(github.writes()).toEqual([])
    expect(bodies()).toEqual([])
  }

  const limited = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000000' }
  test.each([
    [{ status: 401 }, /token is not valid.*\(401\)/],
    [{ status: 403 }, /pull-requests: write/],
    [{ status: 404 }, /\(404\)/],
    [{ status: 422 }, /does not accept the comment/],
    [{ status: 500 }, /try again later \(500\)/],
    [{ status: 403, headers: limited }, /limit of requests.*again at 2023-11-14T22:13:20/],
    [{ status: 429, headers: { 'retry-after': '60' } }, /limit of requests.*in 60 seconds/],
  ])('where GitHub answers with %j', async (answer, reason) => {
    github.instead.set('POST /repos', { body: '{}', ...answer })
    const { code, text: said } = await post()
    expect({ code, said }).toEqual({ code: 2, said: expect.stringMatching(reason) })
    expect(bodies()).toEqual([])
  })

  test.each([
    ['GET /repos/o/r/issues', { status: 200, body: '{}' }, /something else than a list/],
    ['GET /repos/o/r/issues', { status: 200, body: '<html>' }, /something else than JSON/],
    ['POST /graphql', { status: 200, body: '{"errors":[]}' }, /whose token/],
    ['GET /repos/o/r/pulls', { status: 404, body: '{}' }, /`GET \/repos\/o\/r\/pulls\/7` was refused/],
  ])('where %s is answered with %j', async (start, answer, reason) => {
    github.instead.set(start, answer)
    await expectRefused({}, reason)
  })

  test.each<readonly [string, string, RegExp]>([
    ['too long', text('x'.repeat(60_000)), /characters, and a review has 60000 at most/],
    ['too long for GitHub', text('@a'.repeat(29_000)), /65536 characters that GitHub accepts/],
    ['without the marker', '## ✗ hello', /not what `aswritten review --format markdown` writes/],
    ['with the marker twice', `## ✗ a\n${marker}\n${marker}`, /not what/],
    ['without a verdict', `hello\n${marker}`, /not what/],
  ])('where the text is %s', async (_, markdown, reason) => {
    writeReview(markdown, review)
    await expectRefused({}, reason)
  })

  test.each<readonly [string, string, RegExp]>([
    ['review.json', '{', /no JSON/],
    ['review.json', '[]', /not what/],
    ['review.json', '{"version":2,"reviews":[]}', /not what/],
    ['review.json', '{"version":1,"reviews":[{"head":{"commit":"main"}}]}', /not what/],
    ['review.md', '\xff\xfe', /no text in UTF-8/],
  ])('where %s is %j', async (name, content, reason) => {
    writeFileSync(join(folder, name), Buffer.from(content, 'latin1'))
    await expectRefused({}, reason)
  })

  test('where a file is a link, or is not there', async () => {
    rmSync(join(folder, 'review.md'))
    await expectRefused({}, /`review.md` cannot be read/)
    writeFileSync(join(folder, 'other'), text('hidden'))
    symlinkSync(join(folder, 'other'), join(folder, 'review.md'))
    await expectRefused({}, /`review.md` is no file/)
  })

  test('where GitHub names another address, which is asked nothing', async () => {
    const headers = { location: `${other.address}/repos/o/r/pulls/7` }
    github.instead.set('GET /repos/o/r/pulls', { status: 302, headers })
    await expectRefused({}, /has no answer/)
    expect(other.calls).toEqual([])
  })

  test('where nobody answers', async () => {
    await other.close()
    await expectRefused({ environment: { GITHUB_API_URL: other.address } }, /has no answer: ECONNREFUSED/)
  })

  test('where the review is of another commit', async () => {
    const event = { pull_request: { number: 7, head: { sha: 'b'.repeat(40) } } }
    await expectRefused({ event }, /commit aaaaaaa, and the workflow ran for bbbbbbb/)
  })

  test.each([
    [{ GITHUB_API_URL: 'http://example.org' }, /https/],
    [{ GITHUB_API_URL: 'nowhere' }, /https/],
    [{ GITHUB_TOKEN: '' }, /GITHUB_TOKEN is not set/],
    [{ GITHUB_TOKEN: `${token}\nx: y` }, /holds no token/],
    [{ GITHUB_REPOSITORY: '../..//x' }, /names no repository/],
    [{ GITHUB_EVENT_PATH: 'absent' }, /GITHUB_EVENT_PATH cannot be read/],
    [{ GITHUB_EVENT_NAME: 'push' }, /workflow that ran|workflows that start on/],
  ])('with %j', async (environment, reason) => {
    await expectRefused({ environment, ...('GITHUB_EVENT_NAME' in environment && { event: {} }) }, reason)
  })
})

describe('after the workflow of a fork', () => {
  const event = (changes: object = {}) => ({
    workflow_run: { event: 'pull_request', head_sha: head, head_repository: { id: 22 }, ...changes },
  })
  const postAfter = (changes?: object) => post({ name: 'workflow_run', event: event(changes) })
  const state = (number: string) => writeFileSync(join(folder, 'pull-request.txt'), number)

  test('the comment goes to the pull request of its commit and repository', async () => {
    state('7\n')
    expect(await postAfter()).toEqual({ code: 0, text: '#7: a comment is posted\n' })
  })

  test.each(['8', '0', '-7', '7/../8', '7\n8', 'x', '', '1e3', '9999999999'])(
    'the number %j is refused',
    async number => {
      state(number)
      expect((await postAfter()).code).toBe(2)
      expect(github.writes()).toEqual([])
    },
  )

  test.each<readonly [string, object, RegExp]>([
    [
      'of another repository',
      { head_repository: { id: 23 } },
      /not of the repository that the workflow ran for/,
    ],
    ['for another commit', { head_sha: 'b'.repeat(40) }, /the workflow ran for bbbbbbb/],
    ['of a push', { event: 'push' }, /not started by a pull request/],
  ])('a run %s is refused', async (_, changes, reason) => {
    state('7')
    expect(await postAfter(changes)).toEqual({ code: 2, text: expect.stringMatching(reason) })
    expect(github.writes()).toEqual([])
  })

  test('a pull request into another repository is refused', async () => {
    state('7')
    github.pulls.set(7, pull({ base: { repo: { full_name: 'o/other' } } }))
    expect(await postAfter()).toEqual({ code: 2, text: expect.stringMatching(/no pull request of o\/r/) })
  })

  test.each([{ state: 'closed' }, { head: { sha: 'c'.repeat(40), repo: { id: 22 } } }])(
    'one that is %j by now gets no comment, which is no error',
    async changes => {
      state('7')
      github.pulls.set(7, pull(changes))
      expect(await postAfter()).toEqual({
        code: 0,
        text: 'no comment: the pull request is closed, or has moved on since\n',
      })
      expect(github.writes()).toEqual([])
    },
  )
})

test.each([[[]], [['--help']], [['a', 'b']], [['-x']]])('%j prints how it is used', async args => {
  const { code, text: said } = await main(args, {})
  expect({ code, said: said.split('\n')[0] }).toEqual({
    code: args[0] === '--help' ? 0 : 2,
    said: 'Usage: aswritten-comment FOLDER',
  })
})
