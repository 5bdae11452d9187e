import { marker } from '../report/comment-limits.js'
import type { GitHub } from './api.js'
import { numberField, textField } from './fields.js'
import { Refusal } from './refusal.js'
import type { PostedReview } from './review-files.js'

export type Posted = 'created' | 'updated' | 'unchanged' | 'nothing to say'

/**
 * Leaves one comment on a pull request, which is written anew each time. Where there is nothing to say, there is none,
 * unless one stands there from before.
 */
export async function postComment(
  review: PostedReview,
  number: number,
  repository: string,
  github: GitHub,
): Promise<Posted> {
  const issue = `/repos/${repository}/issues/${number}/comments`
  const own = await findComment(issue, github)
  if (own === undefined) {
    if (review.isSilent) return 'nothing to say'
    await github.send('POST', issue, { body: review.text })
    return 'created'
  }
  if (own.body === review.text) return 'unchanged'
  await github.send('PATCH', `/repos/${repository}/issues/comments/${own.id}`, { body: review.text })
  return 'updated'
}

interface Comment {
  readonly id: number
  readonly body: string
}

/** The first comment that ends with the marker and is by whoever the token stands for: anybody can write the marker. */
async function findComment(issue: string, github: GitHub): Promise<Comment | undefined> {
  const author = textField(await github.query('query { viewer { login } }'), 'data', 'viewer', 'login')
  if (author === undefined) throw new Refusal('GitHub does not say whose token it is')
  for await (const comment of github.list(issue)) {
    const id = numberField(comment, 'id')
    // GitHub may give lines back with other ends.
    const body = textField(comment, 'body')?.replaceAll('\r\n', '\n').trimEnd()
    if (id !== undefined && textField(comment, 'user', 'login') === author && body?.endsWith(`\n${marker}`))
      return { id, body }
  }
  return undefined
}
