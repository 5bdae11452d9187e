import type { ExtensionContext } from 'vscode'
import { LanguageClient, TransportKind } from 'vscode-languageclient/node'

let client: LanguageClient | undefined

/** What the server is told of: files on disk that are model code or that say how it is checked. */
const documentSelector = [
  'javascript',
  'javascriptreact',
  'typescript',
  'typescriptreact',
  'html',
  'yaml',
].map(language => ({ scheme: 'file', language }))

/** Starts the language server that is in the extension. */
export async function activate(context: ExtensionContext): Promise<void> {
  const server = { module: context.asAbsolutePath('dist/server.cjs'), transport: TransportKind.stdio }
  client = new LanguageClient('aswritten', 'aswritten', server, { documentSelector })
  await client.start()
}

export async function deactivate(): Promise<void> {
  await client?.stop()
}
