import { readFileSync } from 'node:fs'
import { GitHub } from './api.js'
import { type Posted, postComment } from './comment.js'
import { type PullRequest, pullRequestOf, type Started } from './pull-request.js'
import { Refusal } from './refusal.js'
import { readNumber, readReview } from './review-files.js'

const usage = `Usage: aswritten-comment FOLDER

Posts the review in FOLDER (review.md and review.json, as \`aswritten review\` writes them) as the one comment on its pull request, from
a workflow of GitHub. After a \`workflow_run\`, FOLDER also holds pull-request.txt with the number of the pull request.
It reads GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_EVENT_NAME, GITHUB_EVENT_PATH, GITHUB_API_URL and GITHUB_GRAPHQL_URL.
`

/** What is printed, and the exit code. */
export interface Ended {
  readonly code: number
  readonly text: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** `aswritten-comment`: the only program of the package that opens a connection. */
export async function main(args: readonly string[], environment: Environment): Promise<Ended> {
  const [folder, ...others] = args
  if (folder === '--help') return { code: 0, text: usage }
  if (folder === undefined || folder.startsWith('-') || others.length > 0) return { code: 2, text: usage }
  try {
    return { code: 0, text: `${await post(folder, environment)}\n` }
  } catch (error) {
    if (error instanceof Refusal) return { code: 2, text: `error: no comment is posted: ${error.message}\n` }
    throw error
  }
}

async function post(folder: string, environment: Environment): Promise<string> {
  const setting = (name: string): string => {
    const value = environment[name]
    if (!value) throw new Refusal(`${name} is not set`)
    return value
  }
  const repository = setting('GITHUB_REPOSITORY')
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new Refusal('GITHUB_REPOSITORY names no repository')
  const rest = environment.GITHUB_API_URL || 'https://api.github.com'
  const graphql = environment.GITHUB_GRAPHQL_URL || `${rest.replace(/\/v3$/, '')}/graphql`
  const github = new GitHub({ rest, graphql }, setting('GITHUB_TOKEN'))
  const started = { name: setting('GITHUB_EVENT_NAME'), event: readEvent(setting('GITHUB_EVENT_PATH')) }
  const review = readReview(folder)
  const found = await pullRequestOf(started, review.commit, () => readNumber(folder), repository, github)
  if (!found) return 'no comment: the pull request is closed, or has moved on since'
  return posted(await postComment(review, found.number, repository, github), found)
}

const sentences: Readonly<Record<Posted, string>> = {
  created: 'a comment is posted',
  updated: 'the comment is updated',
  unchanged: 'the comment says so already',
  'nothing to say': 'no comment, since no equation changed',
}

const posted = (done: Posted, { number }: PullRequest): string => `#${number}: ${sentences[done]}`

function readEvent(path: string): Started['event'] {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new Refusal('the file of GITHUB_EVENT_PATH cannot be read')
  }
}
