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
    .flatMap(file => sectionsOf(folder, file))
}

/** Every heading of one Markdown file with the fences below it. */
export function sectionsOf(folder: string, file: string): readonly Case[] {
  const sections = readFileSync(join(folder, file), 'utf8').split(/^## /m).slice(1)
  return sections.map(section => {
    const fences = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    return {
      file,
      title: section.slice(0, section.indexOf('\n')),
      fences: new Map(fences.map(([, language = '', text = '']) => [language, text])),
    }
  })
}

/** A section of a Markdown file whose fences are the files of a project, and a `text` fence: what must come out. */
export interface ProjectCase {
  readonly title: string
  readonly files: Readonly<Record<string, string>>
  readonly expected: string
  /** What stands behind `text`. */
  readonly remark: string
}

/** The projects of one Markdown file. */
export function projectsIn(path: string): readonly ProjectCase[] {
  return readFileSync(path, 'utf8')
    .split(/^## /m)
    .slice(1)
    .map(section => {
      const files: Record<string, string> = {}
      let [expected, remark] = ['', '']
      for (const [, language, name = '', body = ''] of section.matchAll(
        /^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm,
      )) {
        if (language === 'text') [expected, remark] = [body, name]
        else files[name] = body
      }
      return { title: section.split('\n')[0]!, files, expected, remark }
    })
}
