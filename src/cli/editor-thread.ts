import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parentPort } from 'node:worker_threads'
import type { ReadProject } from '../editor/project.js'
import { Answerer, type AskedOf, type OpenDocument, type Question } from '../editor/questions.js'
import { configName, findUpwards } from './config.js'
import { EditedProject, fileOfUri } from './edited-project.js'
import { findingPage } from './package.js'
import { projectOf } from './project.js'

/** A question with its number, which the answer has as well. */
export interface AskedMessage {
  readonly id: number
  readonly question: Question
  readonly asked: AskedOf<Question>
}

export interface AnswerMessage {
  readonly id: number
  readonly answer?: unknown
  /** What went wrong: a defect of aswritten. */
  readonly failure?: string
}

/** Projects that are being edited, by their folders. */
const projects = new Map<string, EditedProject>()

/** A document is checked where the list of checks is, and linted in the nearest project, as the commands do it. */
function rootsOf({ uri }: OpenDocument): { readonly own: string; readonly listed?: string } | undefined {
  const path = fileOfUri(uri)
  if (path === undefined || !existsSync(dirname(path))) return undefined
  const list = findUpwards(configName, dirname(path))
  return { own: projectOf(path).root, ...(list !== undefined && { listed: dirname(list) }) }
}

async function readProjects(
  documents: readonly OpenDocument[],
  isStale: () => boolean,
): Promise<readonly ReadProject[] | undefined> {
  const roots = new Map(
    documents.flatMap(document => {
      const found = rootsOf(document)
      return found ? [[document, found] as const] : []
    }),
  )
  const folders = new Set(
    [...roots.values()].flatMap(({ own, listed }) => (listed === undefined ? [own] : [listed, own])),
  )
  for (const folder of projects.keys()) if (!folders.has(folder)) projects.delete(folder)
  const read: ReadProject[] = []
  for (const folder of folders) {
    const project = projects.get(folder) ?? new EditedProject(folder)
    projects.set(folder, project)
    const found = await project.read(documents, document => roots.get(document)?.own === folder, isStale)
    if (!found) return undefined
    read.push(found)
  }
  return read
}

const answerer = new Answerer(readProjects, code => {
  const page = findingPage(code)
  return existsSync(page) ? pathToFileURL(page).href : undefined
})

parentPort?.on('message', async ({ id, question, asked }: AskedMessage) => {
  const answered: AnswerMessage = await answerer
    .answer(question, asked)
    .then(answer => ({ id, answer }))
    .catch((error: unknown) => ({
      id,
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }))
  parentPort?.postMessage(answered)
})
