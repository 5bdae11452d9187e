import type { GitHub } from './api.js'
import { field, numberField, textField } from './fields.js'
import { Refusal } from './refusal.js'

export interface PullRequest {
  readonly number: number
}

/** What started the workflow: its name and what GitHub says of it. Both are written by GitHub and by nobody else. */
export interface Started {
  readonly name: string
  readonly event: unknown
}

/**
 * The pull request that a review belongs to; undefined if it has moved on since, so that what was found of `commit` is not news. In a
 * `workflow_run`, the number and the commit come from the workflow of a stranger, and GitHub is asked whether they belong together.
 */
export async function pullRequestOf(
  { name, event }: Started,
  commit: string,
  statedNumber: () => number,
  repository: string,
  github: GitHub,
): Promise<PullRequest | undefined> {
  const { number, head, source } = askedFor(name, event, statedNumber)
  if (head !== commit)
    throw new Refusal(`the review is of the commit ${short(commit)}, and the workflow ran for ${short(head)}`)
  const found = await github.get(`/repos/${repository}/pulls/${number}`)
  const own = textField(found, 'base', 'repo', 'full_name')
  if (own?.toLowerCase() !== repository.toLowerCase())
    throw new Refusal(`#${number} is no pull request of ${repository}`)
  if (source !== undefined && numberField(found, 'head', 'repo', 'id') !== source)
    throw new Refusal(`#${number} is not of the repository that the workflow ran for`)
  const isCurrent = textField(found, 'head', 'sha') === commit && field(found, 'state') === 'open'
  return isCurrent ? { number } : undefined
}

const short = (commit: string): string => commit.slice(0, 7)

interface Asked {
  readonly number: number
  readonly head: string
  /** The repository that the change comes from. */
  readonly source?: number
}

function askedFor(name: string, event: unknown, statedNumber: () => number): Asked {
  if (name === 'workflow_run') {
    const run = field(event, 'workflow_run')
    const head = textField(run, 'head_sha')
    const source = numberField(run, 'head_repository', 'id')
    if (field(run, 'event') !== 'pull_request' || head === undefined || source === undefined)
      throw new Refusal('the workflow that ran before was not started by a pull request')
    return { number: statedNumber(), head, source }
  }
  const number = numberField(event, 'pull_request', 'number')
  const head = textField(event, 'pull_request', 'head', 'sha')
  if (number === undefined || head === undefined)
    throw new Refusal('this runs in workflows that start on `pull_request` or `workflow_run`')
  return { number, head }
}
