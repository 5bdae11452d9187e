import { languageServer } from './language-server.js'

// The language server as the extension for VS Code starts it.
void languageServer()
