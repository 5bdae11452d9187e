import { relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { baselineName, readBaseline } from '../acceptance/baseline.js'
import { moduleLoader } from '../core/loader.js'
import type { Code } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { overlaid, type ReadProject } from '../editor/project.js'
import type { OpenDocument } from '../editor/questions.js'
import { rulesOnRequest } from '../lint/lint.js'
import { readModels, softFailures } from '../reading.js'
import type { LintedFile } from '../report/lint-reporters.js'
import { readSpec } from '../spec/read.js'
import type { Files } from '../syntax/modules.js'
import { sourceFile } from '../text/source.js'
import { targetPlaces } from '../trace/targets.js'
import { Acceptances } from './acceptances.js'
import { type Config, configName, findUpwards, readConfig } from './config.js'
import { type LintRun, lintedFile } from './lint-files.js'
import { isCodePath, mayBuildModel } from './model-files.js'
import { folderInRepository } from './output.js'
import { bundledSpec } from './package.js'
import { type Project, projectAt, type Reading, recorded } from './project.js'
import { checkAt, requestAt, type SideCheck, specPathOf } from './review-side.js'

/** A YAML document says by this that it is a spec, where no check names it. */
const specLine = /^#.*\$schema=\S*spec\.schema\.json\s*$/m

const nothingRead: Config = { checks: [], diagnostics: [] }

/** A project that is being edited. What was found out is kept as long as nothing that it depends on changes. */
export class EditedProject {
  readonly #root: string
  readonly #disk: Project
  readonly #memory = new Memory()

  /** Paths start in `root`. */
  constructor(root: string) {
    this.#root = root
    this.#disk = projectAt(root, root)
  }

  /** Where the file of a URI would be in the project; undefined for what is not a file below its root. */
  pathOf(uri: string): string | undefined {
    const full = fileOfUri(uri)
    const path = full === undefined ? undefined : relative(this.#root, full).split(sep).join('/')
    return path === undefined || path === '' || /^\.\.(\/|$)|^([A-Za-z]:|\/)/.test(path) ? undefined : path
  }

  /**
   * Reads the project with the texts of open documents. `isMine` says which of them are linted here where no check names
   * them. Undefined where the answer is `isStale` before it is complete, which is asked between two checks.
   */
  async read(
    documents: readonly OpenDocument[],
    isMine: (document: OpenDocument) => boolean,
    isStale: () => boolean,
  ): Promise<ReadProject | undefined> {
    const pathOf = (uri: string) => this.pathOf(uri)
    const texts = documents.flatMap(({ uri, text }) => {
      const path = this.pathOf(uri)
      return path === undefined ? [] : [[path, text] as const]
    })
    const files = overlaid(this.#disk.files, new Map(texts))
    const found = this.#memory.round(files)
    const configText = files.read(configName)
    const config = configText === undefined ? nothingRead : readConfig(sourceFile(configName, configText))
    const checks = config.diagnostics.length > 0 ? [] : config.checks
    const folder = folderInRepository(this.#root)
    const baseline = this.#baseline(documents)
    const accepting = (runs: readonly Pick<Reading, 'read'>[]) =>
      new Acceptances(
        baseline,
        folder,
        runs.flatMap(({ read }) => [...read]),
      )

    const runs: SideCheck[] = []
    for (const [i, asked] of checks.entries()) {
      await turn()
      if (isStale()) return undefined
      runs.push(found(`check ${i} ${configText}`, own => checkAt(asked, '', { files: own }, { files: own })))
    }
    const outcomes = accepting(runs).checks(runs, true)

    const named = new Set(checks.map(asked => requestAt(asked, '', { files }).path))
    const mine = new Set(documents.filter(isMine).map(({ uri }) => this.pathOf(uri)))
    const linted: LintRun[] = []
    for (const [path, text] of texts) {
      if (!mine.has(path) || named.has(path) || !isCodePath(path) || !mayBuildModel(text)) continue
      await turn()
      if (isStale()) return undefined
      linted.push(found(`lint ${path}`, own => this.#lint(path, own)))
    }
    const onRequest: readonly string[] = Object.keys(rulesOnRequest)
    const isHunted = (code: Code) => !onRequest.includes(code)

    const specs = new Set(checks.map(asked => specPathOf(asked, '')))
    const openSpecs = texts.filter(
      ([path, text]) => /\.ya?ml$/i.test(path) && !specs.has(path) && specLine.test(text),
    )
    const written = [
      problemsOf(configName, config.diagnostics),
      problemsOf(baselineName, baseline?.diagnostics ?? []),
      ...openSpecs.map(([path, text]) => problemsOf(path, readSpec(sourceFile(path, text)).diagnostics)),
    ]
    found.forget()
    return {
      checks: outcomes.map((outcome, i) => {
        const { span } = checks[i]?.target ?? {}
        return { outcome, ...(span && { span }) }
      }),
      linted: [...accepting(linted).lint(linted, isHunted), ...written],
      modelsOf: (path, target) =>
        found(JSON.stringify(['models', path, target]), own =>
          readModels({ files: own, path, ...(target !== undefined && { target }) }),
        ),
      targetsOf: path =>
        found(`targets ${path}`, own => {
          const { module } = moduleLoader(own).load(path)
          return module ? targetPlaces(module) : []
        }),
      files,
      folder,
      uriOf: path => this.#uriOf(path, files),
      pathOf,
    }
  }

  #lint(path: string, files: Files): LintRun {
    const { files: own, ...reading } = recorded(files)
    const result = readModels({ files: own, path })
    const file = lintedFile(path, path, result, softFailures(result))
    return { file, base: this.#root, isWhole: true, ...reading }
  }

  /** The nearest baseline from the root upwards, as the commands find it. */
  #baseline(documents: readonly OpenDocument[]) {
    const path = findUpwards(baselineName, this.#root)
    if (path === undefined) return undefined
    const open = documents.find(({ uri }) => fileOfUri(uri) === path)
    const shown = relative(this.#root, path).split(sep).join('/')
    const text = open?.text ?? projectAt(resolve(path, '..'), this.#root).files.read(shown)
    return text === undefined ? undefined : readBaseline(sourceFile(shown, text))
  }

  /** A spec that ships is called as if it were in the project. */
  #uriOf(path: string, files: Files): string | undefined {
    const bundled = /^specs\/([a-z0-9-]+)\.yaml$/.exec(path)?.[1]
    const shipped = bundled !== undefined && !files.exists(path) ? bundledSpec(bundled) : undefined
    return pathToFileURL(shipped ?? resolve(this.#root, path)).href
  }
}

const problemsOf = (path: string, errors: readonly Diagnostic[]): LintedFile => ({
  file: path,
  path,
  models: 0,
  findings: [],
  open: [],
  errors,
})

/** The path of a file; undefined where a URI names none. */
export function fileOfUri(uri: string): string | undefined {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : undefined
  } catch {
    return undefined
  }
}

/** Lets a message in that came meanwhile. */
const turn = (): Promise<void> => new Promise(done => setImmediate(done))

/** What was computed from files, and what it was computed from. */
interface Remembered extends Reading {
  readonly value: object
  /** Files that were there and not read. */
  readonly seen: ReadonlySet<string>
}

/** Results by name, each as long as the files that it asked for, also in vain, are what they were. */
class Memory {
  #known = new Map<string, Remembered>()

  /** Asks for results with the files as they are now; `forget` drops those that were not asked for. */
  round(files: Files) {
    const used = new Set<string>()
    const found = <Value extends object>(name: string, compute: (files: Files) => Value): Value => {
      used.add(name)
      const known = this.#known.get(name)
      if (known && isCurrent(known, files)) return known.value as Value
      const { files: own, read, sought } = recorded(files)
      const value = compute(own)
      const seen = new Set([...sought].filter(path => !read.has(path) && files.exists(path)))
      this.#known.set(name, { value, read, sought, seen })
      return value
    }
    const forget = () => {
      for (const name of this.#known.keys()) if (!used.has(name)) this.#known.delete(name)
    }
    return Object.assign(found, { forget })
  }
}

const isCurrent = ({ read, sought, seen }: Remembered, files: Files): boolean =>
  [...sought].every(path => {
    const text = read.get(path)
    return text === undefined ? files.exists(path) === seen.has(path) : files.read(path) === text
  })
