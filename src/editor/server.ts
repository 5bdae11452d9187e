import {
  type ClientCapabilities,
  type Connection,
  DidChangeWatchedFilesNotification,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Abilities } from './answers.js'
import type { AnswerTo, AskedOf, Question } from './questions.js'

/** Who reads code and answers. An answer is undefined where there is none in time, or none is of use any more. */
export interface Analyst {
  readonly ask: <Name extends Question>(
    question: Name,
    asked: AskedOf<Name>,
  ) => Promise<AnswerTo<Name> | undefined>
  /** Called with what a person should know: that a check was given up, or failed. */
  readonly onTrouble: (tell: (text: string) => void) => void
}

/** Waits for some milliseconds. */
export type Wait = (milliseconds: number) => Promise<void>

/** In milliseconds: who types changes a text several times in a row. */
const pause = 150

/** In milliseconds: so long an answer about a place waits for a check of the text that it is in. */
const patience = 5000

/** Files that checks may depend on. */
const watched = '**/*.{js,mjs,cjs,jsx,ts,tsx,mts,cts,html,json,yaml,yml}'

/** Speaks the language server protocol over a connection, which it listens to. */
export function serve(connection: Connection, analyst: Analyst, wait: Wait, version: string): void {
  const documents = new TextDocuments(TextDocument)
  let client: ClientCapabilities = {}
  let generation = 0
  let running: Promise<void> = Promise.resolve()
  let published: ReadonlySet<string> = new Set()

  connection.onInitialize(({ capabilities }): InitializeResult => {
    client = capabilities
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        hoverProvider: true,
        definitionProvider: true,
        implementationProvider: true,
        codeActionProvider: { codeActionKinds: ['quickfix'] },
      },
      serverInfo: { name: 'aswritten', version },
    }
  })

  connection.onInitialized(() => {
    if (!client.workspace?.didChangeWatchedFiles?.dynamicRegistration) return
    connection.client
      .register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: watched }] })
      // A client that takes it back after all tells of saved documents only.
      .catch(() => undefined)
  })

  const recheck = () => {
    running = check(++generation)
  }
  const check = async (own: number) => {
    await wait(pause)
    if (own !== generation) return
    const open = documents.all()
    const versions = new Map(open.map(document => [document.uri, document.version]))
    const found = await analyst.ask('check', {
      documents: open.map(document => ({ uri: document.uri, text: document.getText() })),
    })
    if (own !== generation) return
    const byUri = new Map((found ?? []).map(({ uri, diagnostics }) => [uri, diagnostics]))
    for (const uri of new Set([...byUri.keys(), ...versions.keys(), ...published])) {
      const version = versions.get(uri)
      const diagnostics = [...(byUri.get(uri) ?? [])]
      connection.sendDiagnostics({ uri, diagnostics, ...(version !== undefined && { version }) })
    }
    published = new Set(byUri.keys())
  }

  /** Whether what was checked last are the texts as they are now. */
  const settled = async (): Promise<boolean> => {
    const checked = (async () => {
      for (let last: Promise<void> | undefined; last !== running; ) {
        last = running
        await last
      }
      return true
    })()
    return Promise.race([checked, wait(patience).then(() => false)])
  }
  const ask: Analyst['ask'] = async (question, asked) =>
    (await settled()) ? analyst.ask(question, asked) : undefined
  const abilities = (): Abilities => ({
    hover: client.textDocument?.hover?.contentFormat?.includes('markdown') ? 'markdown' : 'plaintext',
    snippets: client.workspace?.workspaceEdit?.snippetEditSupport === true,
    documentChanges: client.workspace?.workspaceEdit?.documentChanges === true,
  })

  documents.onDidChangeContent(recheck)
  documents.onDidClose(recheck)
  documents.onDidSave(recheck)
  connection.onDidChangeWatchedFiles(recheck)
  connection.onHover(async ({ textDocument: { uri }, position }) => {
    return (await ask('hover', { uri, position, abilities: abilities() })) ?? null
  })
  connection.onDefinition(async ({ textDocument: { uri }, position }) => {
    const clauses = (await ask('clauses', { uri, position })) ?? []
    return [...(clauses.length > 0 ? clauses : ((await ask('code', { uri, position })) ?? []))]
  })
  connection.onImplementation(async ({ textDocument: { uri }, position }) => [
    ...((await ask('code', { uri, position })) ?? []),
  ])
  connection.onCodeAction(async ({ textDocument: { uri }, range, context: { only } }) => {
    const isWanted = !only || only.some(kind => 'quickfix'.startsWith(kind))
    return isWanted ? [...((await ask('fixes', { uri, range, abilities: abilities() })) ?? [])] : []
  })
  analyst.onTrouble(text => connection.window.showWarningMessage(text))
  documents.listen(connection)
  connection.listen()
}
