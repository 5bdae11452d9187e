import { textField } from './fields.js'
import { Refusal } from './refusal.js'

/** In milliseconds: no answer of GitHub takes longer. */
const longestWait = 30_000

/** Entries of one page, the most that GitHub gives. */
const pageSize = 100

/** So many pages of comments are looked through. */
const mostPages = 100

export interface Addresses {
  readonly rest: string
  readonly graphql: string
}

/** What of an answer is read; whatever has another form is `undefined` for its reader. */
export type Answer = unknown

/** GitHub by its public interface. The only place of the program that opens a connection. */
export class GitHub {
  readonly #addresses: Addresses
  readonly #token: string

  constructor(addresses: Addresses, token: string) {
    for (const address of Object.values(addresses)) requireSafe(address)
    if (!/^[\w.-]+$/.test(token)) throw new Refusal('GITHUB_TOKEN holds no token')
    this.#addresses = addresses
    this.#token = token
  }

  get(path: string): Promise<Answer> {
    return this.#ask('GET', this.#addresses.rest + path, path)
  }

  send(method: 'POST' | 'PATCH', path: string, body: object): Promise<Answer> {
    return this.#ask(method, this.#addresses.rest + path, path, body)
  }

  query(text: string): Promise<Answer> {
    return this.#ask('POST', this.#addresses.graphql, '/graphql', { query: text })
  }

  /** All entries of a list, page by page. */
  async *list(path: string): AsyncGenerator<Answer> {
    for (let page = 1; page <= mostPages; page++) {
      const entries = await this.get(`${path}?per_page=${pageSize}&page=${page}`)
      if (!Array.isArray(entries))
        throw new Refusal(`GitHub answered \`GET ${path}\` with something else than a list`)
      yield* entries
      if (entries.length < pageSize) return
    }
    throw new Refusal(`\`${path}\` has more than ${mostPages * pageSize} entries`)
  }

  async #ask(method: string, address: string, path: string, body?: object): Promise<Answer> {
    const asked = `\`${method} ${path}\``
    let response: Response
    let text: string
    try {
      response = await fetch(address, {
        method,
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${this.#token}`,
          'user-agent': 'aswritten',
          'x-github-api-version': '2022-11-28',
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        // The token goes to the address that was given and to no other.
        redirect: 'error',
        signal: AbortSignal.timeout(longestWait),
      })
      text = await response.text()
    } catch (error) {
      throw new Refusal(`${asked} has no answer: ${reasonOf(error)}`)
    }
    if (!response.ok) throw new Refusal(`${asked} was refused: ${refusalText(response)}`)
    try {
      return JSON.parse(text)
    } catch {
      throw new Refusal(`GitHub answered ${asked} with something else than JSON`)
    }
  }
}

/** A token that is sent without encryption is no secret, except on this machine. */
function requireSafe(address: string): void {
  const { protocol, hostname } = URL.canParse(address) ? new URL(address) : { protocol: '', hostname: '' }
  const isLocal = protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  if (protocol !== 'https:' && !isLocal)
    throw new Refusal('GITHUB_API_URL and GITHUB_GRAPHQL_URL have to start with https://')
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `none came in ${longestWait / 1000} seconds`
  return textField(error, 'cause', 'code') ?? 'the connection failed'
}

/** What a status means for whoever set up the workflow. */
const remedies: Readonly<Record<number, string>> = {
  401: 'the token is not valid, or has expired',
  403: 'the token may not do this. Comments need `permissions: { pull-requests: write }`; for changes from forks and from Dependabot the token can only read, and a second workflow has to post',
  404: 'there is nothing, or the token may not see it',
  422: 'GitHub does not accept the comment',
}

function refusalText({ status, headers }: Response): string {
  const wait = headers.get('retry-after')
  const isLimited = status === 429 || headers.get('x-ratelimit-remaining') === '0' || wait !== null
  if ([403, 429].includes(status) && isLimited) {
    const reset = Number(headers.get('x-ratelimit-reset'))
    const seconds = Number(wait)
    const until =
      seconds > 0
        ? `; it can be tried again in ${seconds} seconds`
        : reset > 0 && reset < 1e11
          ? `; it can be tried again at ${new Date(reset * 1000).toISOString()}`
          : ''
    return `the limit of requests is reached (${status})${until}`
  }
  const remedy =
    remedies[status] ?? (status >= 500 ? 'GitHub has an error of its own; try again later' : undefined)
  return remedy ? `${remedy} (${status})` : String(status)
}
