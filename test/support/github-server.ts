import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ServedComment {
  readonly id: number
  readonly body: string
  readonly user: { readonly login: string } | null
}

/** What the server answers with, instead of what it would say. */
export interface Instead {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Call {
  readonly method: string
  readonly path: string
  readonly token: string | undefined
  readonly body: unknown
}

/** As much of GitHub as a comment needs, on this machine: it keeps comments and records all calls. */
export interface GitHubServer {
  readonly address: string
  readonly calls: Call[]
  comments: ServedComment[]
  /** The pull requests by number. */
  readonly pulls: Map<number, object>
  /** Whose token it is. */
  viewer: string
  /** Calls that are answered with something else, by how they begin: `POST /repos`. */
  readonly instead: Map<string, Instead>
  readonly writes: () => readonly string[]
  readonly close: () => Promise<void>
}

export async function serveGitHub(): Promise<GitHubServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const call = {
        method: request.method!,
        path: request.url!,
        token: request.headers.authorization,
        body: text === '' ? undefined : (JSON.parse(text) as { readonly body?: string }),
      }
      github.calls.push(call)
      const line = `${call.method} ${call.path}`
      const instead = [...github.instead].find(([start]) => line.startsWith(start))?.[1]
      const { status, headers, body } = instead ?? answer(github, line, call.body?.body)
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(body)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const github: GitHubServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    comments: [],
    pulls: new Map(),
    viewer: 'github-actions[bot]',
    instead: new Map(),
    writes: () =>
      github.calls
        .filter(({ method, path }) => method !== 'GET' && path !== '/graphql')
        .map(({ method, path }) => `${method} ${path}`),
    close: () => closed(server),
  }
  return github
}

const closed = (server: Server): Promise<void> =>
  new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

function answer(github: GitHubServer, line: string, body: string | undefined): Instead {
  const json = (value: unknown, status = 200) => ({ status, body: JSON.stringify(value) })
  const [, pull] = /^GET \/repos\/o\/r\/pulls\/(\d+)$/.exec(line) ?? []
  const [, page] = /^GET \/repos\/o\/r\/issues\/\d+\/comments\?per_page=100&page=(\d+)$/.exec(line) ?? []
  const [, edited] = /^PATCH \/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(line) ?? []
  if (line === 'POST /graphql') return json({ data: { viewer: { login: github.viewer } } })
  if (pull) {
    const found = github.pulls.get(Number(pull))
    return found ? json(found) : json({ message: 'Not Found' }, 404)
  }
  if (page) return json(github.comments.slice((Number(page) - 1) * 100, Number(page) * 100))
  if (/^POST \/repos\/o\/r\/issues\/\d+\/comments$/.test(line)) {
    const comment = { id: github.comments.length + 1, body: body!, user: { login: github.viewer } }
    github.comments = [...github.comments, comment]
    return json(comment, 201)
  }
  if (edited) {
    github.comments = github.comments.map(comment =>
      comment.id === Number(edited) ? { ...comment, body: body! } : comment,
    )
    return json({})
  }
  return json({ message: 'Not Found' }, 404)
}
