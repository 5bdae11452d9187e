import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One section of a Markdown file of cases: its heading, and its fences by language. */
export interface Case {
  readonly file: string
  readonly title: string
  readonly fences: ReadonlyMap<string, string>
}

/** The cases of a folder: in each file, every heading with the fences below it. */
export function casesIn(folder: string): readonly Case[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.md'))
    .flatMap(file => {
      const sections = readFileSync(join(folder, file), 'utf8').split(/^## /m).slice(1)
      return sections.map(section => {
        const fences = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
        return {
          file,
          title: section.slice(0, section.indexOf('\n')),
          fences: new Map(fences.map(([, language = '', text = '']) => [language, text])),
        }
      })
    })
}
