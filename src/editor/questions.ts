import type { CodeAction, Diagnostic, Hover, Location, Range } from 'vscode-languageserver'
import {
  type Abilities,
  type Asked,
  allDiagnostics,
  clausesOfCode,
  codeOfClause,
  fixes,
  hover,
} from './answers.js'
import type { PageOf } from './diagnostics.js'
import type { ReadProject } from './project.js'

/** A document that is open, with a text that may not be saved. */
export interface OpenDocument {
  readonly uri: string
  readonly text: string
}

/** What is shown of one file. */
export interface FileDiagnostics {
  readonly uri: string
  readonly diagnostics: readonly Diagnostic[]
}

/** What can be asked, as data: who answers may be another thread. */
export interface Questions {
  readonly check: {
    readonly asked: { readonly documents: readonly OpenDocument[] }
    readonly answer: readonly FileDiagnostics[]
  }
  readonly hover: { readonly asked: Asked & { readonly abilities: Abilities }; readonly answer: Hover | null }
  readonly clauses: { readonly asked: Asked; readonly answer: readonly Location[] }
  readonly code: { readonly asked: Asked; readonly answer: readonly Location[] }
  readonly fixes: {
    readonly asked: { readonly uri: string; readonly range: Range; readonly abilities: Abilities }
    readonly answer: readonly CodeAction[]
  }
}

export type Question = keyof Questions

export type AskedOf<Name extends Question> = Questions[Name]['asked']

export type AnswerTo<Name extends Question> = Questions[Name]['answer']

/** Reads the projects of documents. `isStale` says whether the answer is of no use any more; then there is none. */
export type ReadProjects = (
  documents: readonly OpenDocument[],
  isStale: () => boolean,
) => Promise<readonly ReadProject[] | undefined>

/** Answers about the documents that were checked last. */
export class Answerer {
  readonly #read: ReadProjects
  readonly #pageOf: PageOf
  #projects: readonly ReadProject[] = []
  #checks = 0

  constructor(read: ReadProjects, pageOf: PageOf) {
    this.#read = read
    this.#pageOf = pageOf
  }

  readonly #answers: {
    readonly [Name in Question]: (asked: AskedOf<Name>) => Promise<AnswerTo<Name> | undefined>
  } = {
    check: async ({ documents }) => {
      const own = ++this.#checks
      const projects = await this.#read(documents, () => own !== this.#checks)
      if (!projects || own !== this.#checks) return undefined
      this.#projects = projects
      return [...allDiagnostics(projects, this.#pageOf)].map(([uri, diagnostics]) => ({ uri, diagnostics }))
    },
    hover: async ({ abilities, ...asked }) => hover(this.#projects, asked, abilities),
    clauses: async asked => clausesOfCode(this.#projects, asked),
    code: async asked => codeOfClause(this.#projects, asked),
    fixes: async ({ abilities, ...asked }) => fixes(this.#projects, asked, abilities),
  }

  /** The answer; undefined where a later check has taken the place of this one. */
  answer<Name extends Question>(question: Name, asked: AskedOf<Name>): Promise<AnswerTo<Name> | undefined> {
    return this.#answers[question](asked)
  }
}
