import { execFile, execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { type GitHubServer, serveGitHub } from './support/github-server.js'

interface Step {
  readonly id?: string
  readonly run?: string
  readonly uses?: string
  readonly shell?: string
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Readonly<Record<string, string>>
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

interface Workflow {
  readonly on: unknown
  readonly permissions: object
  readonly jobs: Readonly<Record<string, { readonly permissions?: object; readonly steps: readonly Step[] }>>
}

const actionText = readFileSync('action.yml', 'utf8')
const action = parse(actionText) as Action
const { steps } = action.runs
const page = readFileSync('docs/review.md', 'utf8')
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }

/** The files that the page shows, in order; two may be alternatives with one name. */
const shown = [...page.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, path, text]) => ({
  path: path!,
  text: text!,
}))
const textOf = (path: string): string => shown.find(file => file.path === path)!.text
const workflows = shown
  .filter(({ path }) => path.startsWith('.github/workflows/'))
  .map(({ path, text }) => ({ path, workflow: parse(text) as Workflow }))
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(job => job.steps)
const allSteps = [...steps, ...workflows.flatMap(({ workflow }) => stepsOf(workflow))]

describe('action.yml', () => {
  test('no script holds an expression, which would make text of a change a part of it', () => {
    const scripts = allSteps.flatMap(({ run }) => run ?? [])
    expect(scripts.length).toBeGreaterThan(4)
    expect(scripts.filter(script => script.includes('${{'))).toEqual([])
  })

  test('every variable of a script is its own, set by itself, or of the runner', () => {
    for (const { run = '', env = {} } of steps) {
      const read = [...run.matchAll(/\$\{?([A-Za-z_]+)/g)].map(([, name]) => name!)
      const set = [...run.matchAll(/\b(\w+)=/g)].map(([, name]) => name!)
      const known = [...Object.keys(env), ...set, 'RUNNER_TEMP', 'GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY']
      expect(read.filter(name => !known.includes(name))).toEqual([])
      expect(Object.keys(env).filter(name => name !== 'GITHUB_TOKEN' && !read.includes(name))).toEqual([])
    }
  })

  test('every input is used and documented, with its default; nothing else is', () => {
    const used = [...actionText.matchAll(/\binputs\.([a-z-]+)/g)].map(([, name]) => name!)
    expect(new Set(used)).toEqual(new Set(Object.keys(action.inputs)))
    const [inputs, outputs] = ['| input |', '| output |'].map(
      start => page.split(start)[1]!.split('\n\n')[0]!,
    )
    const named = (table: string) =>
      table
        .split('\n')
        .flatMap(row => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
    expect(new Set(named(inputs!))).toEqual(new Set(Object.keys(action.inputs)))
    expect(new Set(named(outputs!))).toEqual(new Set(Object.keys(action.outputs)))
    for (const name of ['comment', 'sarif', 'artifact', 'working-directory'])
      expect(inputs).toContain(`\n| \`${name}\` | \`${action.inputs[name]!.default}\` |`)
  })

  test('every output is one that the review writes', () => {
    const written = [...steps.find(({ id }) => id === 'review')!.run!.matchAll(/echo "([a-z-]+)=/g)]
    expect(Object.values(action.outputs).map(({ value }) => value)).toEqual(
      expect.arrayContaining(written.map(([, name]) => `\${{ steps.review.outputs.${name} }}`)),
    )
    expect(written.length).toBe(Object.keys(action.outputs).length)
  })

  test('what others wrote is of a version that is named', () => {
    const used = allSteps.flatMap(({ uses }) => uses ?? [])
    expect(used.length).toBeGreaterThan(4)
    expect(used.filter(name => !/^[\w-]+(\/[\w-]+)+@v\d+$/.test(name))).toEqual([])
  })

  test('the package is of the version that the action is of, wherever it is named', () => {
    expect(action.inputs.version!.default).toBe(version)
    const named = shown.flatMap(({ text }) => [...text.matchAll(/aswritten@(\d[\w.]*)/g)])
    expect(named.length).toBeGreaterThan(3)
    expect(new Set(named.map(([, text]) => text))).toEqual(new Set([version]))
  })

  test('one step has the token', () => {
    expect(steps.filter(step => JSON.stringify(step).includes('inputs.token')).map(({ id }) => id)).toEqual([
      'comment',
    ])
  })
})

describe('the workflows of the page', () => {
  test('give the action inputs that it has', () => {
    for (const { workflow } of workflows)
      for (const step of stepsOf(workflow).filter(({ uses }) => uses?.includes('/aswritten@')))
        expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})))
  })

  test('of the two for forks, none reads the change and can write', () => {
    const [, reading, posting] = workflows.map(({ workflow }) => workflow)
    expect(reading).toMatchObject({ on: 'pull_request', permissions: { contents: 'read' } })
    expect(Object.keys(reading!.permissions)).toEqual(['contents'])
    expect(posting).toMatchObject({ on: { workflow_run: { workflows: ['Mathematics'] } }, permissions: {} })
    expect(stepsOf(posting!).map(({ uses }) => uses)).toEqual(['actions/download-artifact@v5', undefined])
    expect(stepsOf(posting!)[0]!.with!.name).toBe(action.inputs.artifact!.default)
    expect(workflows.filter(({ workflow }) => JSON.stringify(workflow.on).includes('_target'))).toEqual([])
  })
})

const model = (activation: string): string =>
  `import * as tf from '@tensorflow/tfjs'
export const createModel = () => tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [3]${activation} })] })
`
const sources = {
  'model.js': model(", activation: 'relu'"),
  'spec.yaml': 'title: one layer\ninputs: { x: [3] }\nmodel: [{ dense: 8, activation: relu }]\n',
  'aswritten.yaml': 'checks: [{ target: model.js#createModel, spec: spec.yaml }]\n',
}

/** Holds a bare repository, its clone `work` on a branch, and what a runner has. */
let folder: string
let packed: string

beforeAll(() => {
  packed = mkdtempSync(join(tmpdir(), 'packed-'))
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', packed], { stdio: 'pipe' })
}, 120_000)

afterAll(() => rmSync(packed, { recursive: true, force: true }))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'action-'))
  mkdirSync(join(folder, 'temp'))
  git(folder, 'init', '--quiet', '--bare', '--initial-branch', 'main', 'origin.git')
  git(folder, 'clone', '--quiet', 'origin.git', 'work')
  git(work(), 'checkout', '--quiet', '-B', 'main')
  commit(sources)
  git(work(), 'push', '--quiet', 'origin', 'main')
  git(work(), 'checkout', '--quiet', '-b', 'change')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const work = () => join(folder, 'work')

const environment = () => ({
  ...process.env,
  GIT_CONFIG_GLOBAL: join(folder, 'none'),
  GIT_CONFIG_NOSYSTEM: '1',
  npm_config_offline: 'true',
})

function git(cwd: string, ...args: readonly string[]): string {
  const own = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'protocol.file.allow=always']
  return execFileSync('git', [...own, ...args], {
    cwd,
    stdio: 'pipe',
    encoding: 'utf8',
    env: environment(),
  }).trim()
}

function commit(files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work(), path)), { recursive: true })
    writeFileSync(join(work(), path), text)
  }
  git(work(), 'add', '.')
  git(work(), 'commit', '--quiet', '--no-verify', '--message', 'change')
  return git(work(), 'rev-parse', 'HEAD')
}

interface Run {
  readonly code: number
  readonly output: string
}

function runScript(script: string, cwd: string, own: Readonly<Record<string, string>>): Promise<Run> {
  const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script]
  return new Promise(done => {
    execFile('bash', args, { cwd, env: { ...environment(), ...own } }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })
}

describe('the steps of the action', () => {
  let github: GitHubServer

  beforeEach(async () => {
    github = await serveGitHub()
  })

  afterEach(() => github.close())

  const temp = (...path: readonly string[]) => join(folder, 'temp', ...path)

  /** Runs a step as a runner does; variables have the values that the expressions of `env` have there. */
  async function runStep(id: string, env: Readonly<Record<string, string>>, cwd = work()): Promise<Run> {
    const step = steps.find(entry => entry.id === id)!
    expect(new Set(Object.keys(env))).toEqual(new Set(Object.keys(step.env!)))
    return runScript(step.run!, cwd, {
      ...env,
      RUNNER_TEMP: temp(),
      GITHUB_OUTPUT: temp('output'),
      GITHUB_STEP_SUMMARY: temp('summary'),
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: temp('event.json'),
      GITHUB_API_URL: github.address,
      GITHUB_GRAPHQL_URL: `${github.address}/graphql`,
    })
  }

  const install = () => {
    const [archive] = readdirSync(packed)
    return runStep('install', { VERSION: `file:${join(packed, archive!)}` })
  }

  const reviewStep = (head: string, base = 'origin/main', cwd = work()) =>
    runStep('review', { BASE: base, HEAD: head, FAIL_ON: '', MAX_UNVERIFIED: '', NUMBER: '7' }, cwd)

  const commentStep = () =>
    runStep('comment', { GITHUB_TOKEN: 'ghs_secret', FOLDER: temp('aswritten-review') })

  const outputs = () =>
    Object.fromEntries(
      readFileSync(temp('output'), 'utf8')
        .trim()
        .split('\n')
        .map(line => line.split('=') as [string, string]),
    )

  function startPullRequest(head: string): void {
    writeFileSync(temp('event.json'), JSON.stringify({ pull_request: { number: 7, head: { sha: head } } }))
    const base = { repo: { full_name: 'o/r' } }
    github.pulls.set(7, { state: 'open', head: { sha: head, repo: { id: 1 } }, base })
  }

  test('review a change from an installed package, comment, and end with its exit code', async () => {
    const head = commit({
      'model.js': model(''),
      // What npm would go by in this folder.
      '.npmrc': 'registry=http://127.0.0.1:1/\n',
      'node_modules/.bin/aswritten': '#!/bin/sh\nexit 77\n',
    })
    startPullRequest(head)
    const [installed, reviewed] = [await install(), await reviewStep(head)]
    expect(installed).toMatchObject({ code: 0 })
    expect(reviewed).toEqual({ code: 0, output: expect.stringMatching(/^::error file=model\.js,/) })
    const told = outputs()
    expect(told).toMatchObject({ 'exit-code': '1', verdict: 'differs', folder: temp('aswritten-review') })
    for (const name of ['markdown', 'json', 'sarif']) expect(existsSync(told[name]!)).toBe(true)
    expect(readdirSync(temp('aswritten-review')).sort()).toEqual([
      'check.html',
      'pull-request.txt',
      'review.html',
      'review.json',
      'review.md',
      'review.sarif',
    ])
    expect(readFileSync(temp('summary'), 'utf8')).toBe(readFileSync(told.markdown!, 'utf8'))
    expect(await commentStep()).toEqual({ code: 0, output: '#7: a comment is posted\n' })
    expect(github.comments.map(({ body }) => body)).toEqual([readFileSync(told.markdown!, 'utf8').trimEnd()])
    expect(await runStep('verdict', { CODE: told['exit-code']! })).toMatchObject({ code: 1 })
  }, 60_000)

  test('are silent where no equation changed, from a folder inside as well', async () => {
    const head = commit({ 'model.js': `${sources['model.js']}// more\n`, 'a/b.txt': '' })
    startPullRequest(head)
    await install()
    expect((await reviewStep(head, 'origin/main', join(work(), 'a'))).code).toBe(0)
    expect(outputs()).toMatchObject({ 'exit-code': '0', verdict: 'not-worse' })
    expect(await commentStep()).toEqual({ code: 0, output: '#7: no comment, since no equation changed\n' })
    expect(github.writes()).toEqual([])
  }, 60_000)

  test('say so where no review can be made, whatever the base is called', async () => {
    await install()
    for (const base of ['absent', '$(touch hacked)', '--output=hacked', '']) {
      expect((await reviewStep('HEAD', base)).code).toBe(0)
      expect(outputs()).toMatchObject({ 'exit-code': '2', verdict: 'unusable' })
    }
    expect(existsSync(join(work(), 'hacked'))).toBe(false)
    expect(outputs().markdown).toBeUndefined()
    expect(readFileSync(temp('summary'), 'utf8')).toContain('could not be reviewed (exit code 2)')
  }, 60_000)
})

describe('the recipes of the page', () => {
  /** Beside the tools of the machine: the command of this package, and an `npx` that runs it as the one that is installed. */
  function pathWithCommand(): string {
    const commands = join(folder, 'commands')
    const bin = `exec "${process.execPath}" "${resolve('dist/bin.js')}" "$@"`
    const skip =
      'while [ "$1" = --yes ]; do shift; done\ncase "$1" in aswritten|aswritten@*) shift ;; *) exit 99 ;; esac'
    mkdirSync(commands, { recursive: true })
    for (const [name, text] of Object.entries({ aswritten: bin, npx: `${skip}\n${bin}` })) {
      writeFileSync(join(commands, name), `#!/bin/sh\n${text}\n`)
      chmodSync(join(commands, name), 0o755)
    }
    return `${commands}:${process.env.PATH}`
  }

  const runRecipe = (script: string, own: Readonly<Record<string, string>> = {}) =>
    runScript(script, work(), { ...own, PATH: pathWithCommand() })

  test('GitLab: the job writes both reports', async () => {
    const { mathematics } = parse(textOf('.gitlab-ci.yml')) as {
      readonly mathematics: {
        readonly script: readonly string[]
        readonly artifacts: {
          readonly paths: readonly string[]
          readonly reports: { readonly codequality: string }
        }
      }
    }
    const { script, artifacts } = mathematics
    commit({ 'model.js': model('') })
    const target = { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' }
    expect(await runRecipe(script.join('\n'), target)).toMatchObject({ code: 1 })
    const [notice] = JSON.parse(readFileSync(join(work(), artifacts.reports.codequality), 'utf8')) as [object]
    expect(notice).toMatchObject({ check_name: 'activation-missing', location: { path: 'model.js' } })
    expect(readFileSync(join(work(), artifacts.paths[0]!), 'utf8')).toMatch(/^## ✗ 1 file changed/)
  })

  interface Hook {
    readonly entry: string
    readonly language: string
    readonly stages: readonly string[]
    readonly additional_dependencies: readonly string[]
  }

  const hooks = (
    parse(textOf('.pre-commit-config.yaml')) as {
      readonly repos: readonly [{ readonly hooks: readonly Hook[] }]
    }
  ).repos[0].hooks
  const lefthook = parse(textOf('lefthook.yml')) as Readonly<
    Record<string, { readonly commands: Readonly<Record<string, { readonly run: string }>> }>
  >
  const recipes = [
    ...hooks.map(({ entry, stages }) => ({ tool: 'pre-commit', stage: stages[0]!, command: entry })),
    ...Object.entries(lefthook).flatMap(([stage, { commands }]) =>
      Object.values(commands).map(({ run }) => ({ tool: 'lefthook', stage, command: run })),
    ),
    { tool: 'husky', stage: 'pre-push', command: textOf('.husky/pre-push') },
  ]

  test('there are some for both moments', () => {
    expect(recipes.map(({ tool, stage }) => `${tool} ${stage}`)).toEqual([
      'pre-commit pre-commit',
      'pre-commit pre-push',
      'lefthook pre-commit',
      'lefthook pre-push',
      'husky pre-push',
    ])
    expect(hooks.map(({ language }) => language)).toEqual(['node', 'node'])
  })

  test.each(recipes)(
    '$tool: as a $stage hook of git, it lets pass what is as written, and nothing that differs',
    async ({ stage, command }) => {
      const hook = join(work(), '.git', 'hooks', stage)
      mkdirSync(dirname(hook), { recursive: true })
      writeFileSync(hook, `#!/bin/sh\nset -e\n${command}\n`)
      chmodSync(hook, 0o755)
      const asks =
        stage === 'pre-push'
          ? 'git push --quiet origin HEAD'
          : 'git -c user.name=a -c user.email=a@example.org commit --quiet --message x'
      const change = (text: string) => {
        if (stage === 'pre-push') commit({ 'model.js': text })
        else {
          writeFileSync(join(work(), 'model.js'), text)
          git(work(), 'add', '.')
        }
      }
      change(`${sources['model.js']}// more\n`)
      expect(await runRecipe(asks)).toMatchObject({ code: 0 })
      change(model(''))
      const refused = await runRecipe(asks)
      expect(refused.code).not.toBe(0)
      expect(refused.output).toContain('activation-missing')
    },
  )
})
