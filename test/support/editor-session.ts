import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type {
  ClientCapabilities,
  CodeAction,
  Diagnostic,
  Hover,
  InitializeResult,
  Location,
  MessageConnection,
  Position,
  PublishDiagnosticsParams,
  TextEdit,
} from 'vscode-languageserver/node'

const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = createRequire(import.meta.url)(
  'vscode-languageserver/node',
) as typeof import('vscode-languageserver/node')

export const editorCapabilities: ClientCapabilities = {
  textDocument: { hover: { contentFormat: ['markdown', 'plaintext'] } },
  workspace: { workspaceEdit: { documentChanges: true } },
}

/** An editor that talks to the language server, which runs as a process of its own, in a folder of its own. */
export class EditorSession {
  readonly folder = mkdtempSync(join(tmpdir(), 'editor-'))
  readonly connection: MessageConnection
  readonly #server: ChildProcess
  readonly #texts = new Map<string, { version: number; text: string }>()
  readonly #shown = new Map<string, PublishDiagnosticsParams>()
  readonly warnings: string[] = []
  #published = () => {}
  readonly exit: Promise<number | null>
  errors = ''

  constructor(command: readonly string[] = [resolve('dist/bin.js'), 'language-server', '--stdio']) {
    this.#server = spawn(process.execPath, [...command], { cwd: tmpdir() })
    this.exit = new Promise(done => this.#server.on('exit', done))
    this.#server.stderr!.on('data', (text: Buffer) => {
      this.errors += String(text)
    })
    this.connection = createMessageConnection(
      new StreamMessageReader(this.#server.stdout!),
      new StreamMessageWriter(this.#server.stdin!),
    )
    this.connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.#shown.set(params.uri, params)
      this.#published()
    })
    this.connection.onNotification('window/showMessage', ({ message }: { readonly message: string }) => {
      this.warnings.push(message)
    })
    this.connection.listen()
  }

  async start(capabilities = editorCapabilities): Promise<InitializeResult> {
    const result = await this.connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities,
    })
    await this.connection.sendNotification('initialized', {})
    return result
  }

  uri(path: string): string {
    return pathToFileURL(join(this.folder, path)).href
  }

  /** How a file is called in the folder. */
  path(uri: string): string {
    const path = fileURLToPath(uri)
    return path.startsWith(this.folder) ? path.slice(this.folder.length + 1) : path
  }

  save(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true })
      writeFileSync(join(this.folder, path), text)
    }
  }

  text(path: string): string {
    return this.#texts.get(path)!.text
  }

  /** Opens a document, and gives what is shown of it. */
  async open(path: string, text: string): Promise<readonly Diagnostic[]> {
    this.#texts.set(path, { version: 1, text })
    const textDocument = { uri: this.uri(path), languageId: 'any', version: 1, text }
    await this.connection.sendNotification('textDocument/didOpen', { textDocument })
    return this.shown(path)
  }

  /** Changes a document that is open, without saving it, and gives what is shown of it afterwards. */
  async change(path: string, text: string): Promise<readonly Diagnostic[]> {
    await this.type(path, text)
    return this.shown(path)
  }

  /** Changes a document, and does not wait. */
  async type(path: string, text: string): Promise<void> {
    const version = this.#texts.get(path)!.version + 1
    this.#texts.set(path, { version, text })
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri(path), version },
      contentChanges: [{ text }],
    })
  }

  async close(path: string): Promise<void> {
    this.#texts.delete(path)
    await this.connection.sendNotification('textDocument/didClose', {
      textDocument: { uri: this.uri(path) },
    })
  }

  /** Tells that a file was saved elsewhere. */
  async saved(files: Readonly<Record<string, string>>): Promise<void> {
    this.save(files)
    const changes = Object.keys(files).map(path => ({ uri: this.uri(path), type: 2 }))
    await this.connection.sendNotification('workspace/didChangeWatchedFiles', { changes })
  }

  /** What is shown of a document in its newest version. */
  async shown(path: string): Promise<readonly Diagnostic[]> {
    return this.until(path, ({ version }) => version === this.#texts.get(path)?.version)
  }

  /** What is shown of a document, once it is what is waited for. */
  until(path: string, isMeant: (shown: PublishDiagnosticsParams) => boolean): Promise<readonly Diagnostic[]> {
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        fail(new Error(`nothing of ${path}: ${JSON.stringify([...this.#shown.values()])} ${this.errors}`))
      }, 15_000)
      this.#published = () => {
        const shown = this.#shown.get(this.uri(path))
        if (!shown || !isMeant(shown)) return
        clearTimeout(timer)
        done(shown.diagnostics)
      }
      this.#published()
    })
  }

  hover(path: string, position: Position): Promise<Hover | null> {
    return this.#at('hover', path, position)
  }

  definition(path: string, position: Position): Promise<readonly Location[]> {
    return this.#at('definition', path, position)
  }

  implementation(path: string, position: Position): Promise<readonly Location[]> {
    return this.#at('implementation', path, position)
  }

  #at<Answer>(request: string, path: string, position: Position): Promise<Answer> {
    const textDocument = { uri: this.uri(path) }
    return this.connection.sendRequest(`textDocument/${request}`, { textDocument, position })
  }

  actions(path: string, position: Position): Promise<readonly CodeAction[]> {
    return this.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri: this.uri(path) },
      range: { start: position, end: position },
      context: { diagnostics: [] },
    })
  }

  /** Which file an action changes. */
  changed({ edit }: CodeAction): string {
    const [change] = edit?.documentChanges ?? []
    return this.path(change && 'textDocument' in change ? change.textDocument.uri : '')
  }

  /** The text of a document after an action. */
  after(path: string, { edit }: CodeAction): string {
    const edits = (edit?.documentChanges ?? []).flatMap(change =>
      'edits' in change && change.textDocument.uri === this.uri(path) ? (change.edits as TextEdit[]) : [],
    )
    const text = this.text(path)
    const offset = ({ line, character }: Position) =>
      text
        .split(/(?<=\n)/)
        .slice(0, line)
        .join('').length + character
    return edits.reduce(
      (changed, { range, newText }) =>
        changed.slice(0, offset(range.start)) + newText + changed.slice(offset(range.end)),
      text,
    )
  }

  /** Ends the session as editors do; the exit code of the server. */
  async end(): Promise<number | null> {
    await this.connection.sendRequest('shutdown')
    await this.connection.sendNotification('exit')
    const code = await this.exit
    this.remove()
    return code
  }

  remove(): void {
    this.connection.dispose()
    this.#server.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
