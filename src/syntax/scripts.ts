/** Types of `<script>` whose body is code. */
const codeTypes = new Set([
  '',
  'module',
  'text/javascript',
  'application/javascript',
  'text/ecmascript',
  'application/ecmascript',
  'text/babel',
  'text/jsx',
  'text/typescript',
  'application/typescript',
])

/** The code of a page's inline scripts, at the offsets that it has in the page. */
export interface InlineScripts {
  readonly text: string
  /** Whether a script says that it is TypeScript. */
  readonly typescript: boolean
  /** The files of the page's own scripts that run before the first inline one, as specifiers. */
  readonly before: readonly string[]
}

/** Whether a file is a page, whose scripts share what they declare at the top. */
export const isPage = (path: string): boolean => /\.x?html?$/i.test(path)

/**
 * Blanks everything outside of inline scripts. Line breaks stay, and where a script ends there is a line break and a
 * semicolon, so that two scripts on one line do not run into each other.
 */
export function inlineScripts(page: string): InlineScripts {
  const pieces: string[] = []
  const before: string[] = []
  let typescript = false
  let done = 0
  const opening = /<!--|<script(?=[\s>/])/gi
  const closing = /<\/script(?=[\s>/])/gi
  for (let match = opening.exec(page); match; match = opening.exec(page)) {
    if (match[0] === '<!--') {
      const end = page.indexOf('-->', opening.lastIndex)
      if (end < 0) break
      opening.lastIndex = end + 3
      continue
    }
    const start = page.indexOf('>', opening.lastIndex) + 1
    if (start === 0) break
    const attributes = page.slice(opening.lastIndex, start - 1)
    closing.lastIndex = start
    const end = closing.exec(page)?.index ?? page.length
    opening.lastIndex = end
    const type = attribute(attributes, 'type')?.trim().toLowerCase() ?? ''
    if (!codeTypes.has(type)) continue
    const source = attribute(attributes, 'src')
    if (source !== undefined) {
      const isOwn = /^[\w.]/.test(source) && !/^[a-z][a-z0-9+.-]*:/i.test(source)
      // A minified file is a library.
      if (isOwn && pieces.length === 0 && !/\.min\.m?js\b/.test(source))
        before.push(`./${source.replace(/[?#].*$/, '')}`)
      continue
    }
    typescript ||= type.endsWith('typescript') || /^tsx?$/i.test(attribute(attributes, 'lang') ?? '')
    pieces.push(blank(page.slice(done, start)), page.slice(start, end))
    done = end
    if (end + 2 <= page.length) {
      pieces.push('\n;')
      done = end + 2
    }
  }
  pieces.push(blank(page.slice(done)))
  return { text: pieces.join(''), typescript, before }
}

function blank(text: string): string {
  return text.replace(/[^\n\r]/g, ' ')
}

/** The value of an attribute; empty if it is written without one. */
function attribute(attributes: string, name: string): string | undefined {
  const pattern = /([^\s=/"'>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?/g
  for (const [, key, value = ''] of attributes.slice(0, 1000).matchAll(pattern)) {
    if (key?.toLowerCase() === name) return value.replace(/^["']|["']$/g, '')
  }
  return undefined
}
