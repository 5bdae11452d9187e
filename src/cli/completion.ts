import type { Command, Option } from 'commander'
import { acceptableCodes } from '../acceptance/acceptance.js'
import { catalogue } from '../diagnostics/catalogue.js'
import { problems } from '../experiment/problems/table.js'
import { operatorIds } from '../mutation/table.js'
import { codesOfFailures } from './lint-files.js'
import { print } from './output.js'
import { bundledSpecs } from './package.js'

/** A word of the command line, and what it is for. */
interface Word {
  readonly word: string
  readonly text: string
}

/** What can stand behind a command. */
interface Completed extends Word {
  readonly options: readonly CompletedOption[]
  /** Words that its arguments can be; none where these are files. */
  readonly words: readonly string[]
}

interface CompletedOption extends Word {
  readonly takesValue: boolean
  /** Words that its value can be. */
  readonly values: readonly string[]
  /** Whether the value can be a file as well. */
  readonly takesFile: boolean
}

/** Words that the description of a command does not list, by command and argument or option. */
const wordsOf: Readonly<Record<string, () => readonly string[]>> = {
  'explain code': () => Object.keys(catalogue),
  'check --spec': bundledSpecs,
  'lint --ignore': () => codesOfFailures,
  'lint --also': () => codesOfFailures,
  'toy --spec': bundledSpecs,
  'toy --problem': () => [...Object.keys(problems), 'list'],
  'bakeoff --problem': () => [...Object.keys(problems), 'none'],
  'mutate --spec': bundledSpecs,
  'mutate --problem': () => Object.keys(problems),
  'bakeoff --spec': bundledSpecs,
  'mutate --operator': () => operatorIds,
  'baseline --code': () => acceptableCodes,
}

/** `aswritten completion`: a script by which a shell completes commands, options and their values. */
export function completion(program: Command, shell: keyof typeof shells): number {
  const visible = program.createHelp().visibleCommands(program)
  const commands = visible.filter(command => command.name() !== 'help').map(completed)
  print(
    shells[shell](
      commands,
      program.options.filter(isShown).map(option => optionOf('', option)),
    ),
  )
  return 0
}

function completed(command: Command): Completed {
  const name = command.name()
  return {
    word: name,
    text: command.description(),
    options: command.options.filter(isShown).map(option => optionOf(name, option)),
    words: command.registeredArguments.flatMap(
      argument => argument.argChoices ?? wordsOf[`${name} ${argument.name()}`]?.() ?? [],
    ),
  }
}

const isShown = ({ hidden }: Option): boolean => !hidden

function optionOf(command: string, option: Option): CompletedOption {
  const word = option.long ?? option.short ?? ''
  const takesValue = option.required || option.optional
  const values = option.argChoices ?? wordsOf[`${command} ${word}`]?.() ?? []
  const isFile = /<(.+=)?(file|path)>/.test(option.flags)
  return { word, text: option.description, takesValue, values, takesFile: isFile || values.length === 0 }
}

/** Words of the tables only, which need no quotes inside of single ones. */
const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`

const spaced = (words: readonly Word[]): string => words.map(({ word }) => word).join(' ')

export const shells = {
  bash: (commands: readonly Completed[], common: readonly Word[]): string => {
    const values = commands.flatMap(({ word, options }) =>
      options
        .filter(option => option.takesValue)
        .map(
          option =>
            `    '${word} ${option.word}') words=${quoted(option.values.join(' '))} files=${option.takesFile ? 1 : 0} ;;`,
        ),
    )
    const own = commands.map(
      ({ word, options, words }) =>
        `      ${word}) words=${quoted([spaced(options), ...words].join(' '))} files=${words.length > 0 ? 0 : 1} ;;`,
    )
    return `# aswritten: completion for bash. In ~/.bashrc: source <(npx aswritten completion bash)
_aswritten() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' words='' files=0 word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case "$word" in ${commands.map(({ word }) => word).join('|')}) command="$word"; break ;; esac
  done
  case "$command $previous" in
${values.join('\n')}
    *) case "$command" in
      '') words=${quoted(`${spaced(commands)} ${spaced(common)}`)} ;;
${own.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ $files == 1 && $current != -* ]]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _aswritten aswritten
`
  },
  zsh: (commands: readonly Completed[], common: readonly Word[]): string => {
    const described = (words: readonly Word[]) =>
      words.map(({ word, text }) => quoted(`${word}:${text.replaceAll(':', '\\:')}`)).join(' ')
    const own = commands.flatMap(({ word, options, words }) => [
      `    ${word})`,
      '      case "$words[CURRENT-1]" in',
      ...options
        .filter(option => option.takesValue)
        .map(
          option =>
            `        ${option.word}) compadd -- ${option.values.join(' ')}; ${option.takesFile ? '_files; ' : ''}return ;;`,
        ),
      '      esac',
      `      local -a options=(${described(options)})`,
      "      [[ $words[CURRENT] == -* ]] && _describe 'option' options && return",
      words.length > 0 ? `      compadd -- ${words.join(' ')} ;;` : '      _files ;;',
    ])
    return `#compdef aswritten
# aswritten: completion for zsh. In ~/.zshrc, behind compinit: source <(npx aswritten completion zsh)
_aswritten() {
  local command="\${words[2]}"
  if (( CURRENT == 2 )); then
    local -a commands=(${described([...commands, ...common])})
    _describe 'command' commands
    return
  fi
  case "$command" in
${own.join('\n')}
  esac
}
compdef _aswritten aswritten
`
  },
  fish: (commands: readonly Completed[], common: readonly Word[]): string => {
    const isIn = (name: string) => quoted(`__fish_seen_subcommand_from ${name}`)
    const lines = [
      ...[...commands].map(
        ({ word, text }) => `complete -c aswritten -n __fish_use_subcommand -f -a ${word} -d ${quoted(text)}`,
      ),
      ...common.map(
        ({ word, text }) =>
          `complete -c aswritten -n __fish_use_subcommand -l ${word.replace(/^-+/, '')} -d ${quoted(text)}`,
      ),
      ...commands.flatMap(({ word: name, options, words }) => [
        ...options.map(({ word, text, takesValue, values, takesFile }) => {
          const listed = values.length > 0 ? ` -a ${quoted(values.join(' '))}` : ''
          const taken = takesValue ? ` ${takesFile ? '-r' : '-x'}${listed}` : ''
          return `complete -c aswritten -n ${isIn(name)} -l ${word.replace(/^-+/, '')}${taken} -d ${quoted(text)}`
        }),
        ...(words.length > 0
          ? [`complete -c aswritten -n ${isIn(name)} -f -a ${quoted(words.join(' '))}`]
          : []),
      ]),
    ]
    return `# aswritten: completion for fish, to be saved as ~/.config/fish/completions/aswritten.fish\n${lines.join('\n')}\n`
  },
}
