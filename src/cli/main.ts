import { Argument, Command, CommanderError, Option } from 'commander'
import { exitCodes } from './exit.js'
import { collectGradient, collectText, option, outputsOfCommands, readSeconds, running } from './options.js'
import { packageVersion } from './package.js'
import { InputError, UsageError } from './usage.js'

/** Runs the command line; the result is the exit code. Commands are loaded when they are called. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.asWritten
  const program = new Command('aswritten')
    .description('Is the model implemented as written? Reads model code without running it.')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .showHelpAfterError('(try `aswritten --help`)')
    .addHelpText(
      'after',
      `${examples([
        ['demo', 'what a check finds, on an example that ships'],
        ['equations model.ts', 'the equations of every model in a file'],
        ['check model.ts#createModel --spec lenet5-modern', 'a model against a paper'],
        ['lint src', 'soft failures that need no spec'],
      ])}
Exit codes: 0 as written, 1 differs, 3 unverified, 2 unusable input, 70 a defect of aswritten.`,
    )
  const outputs = outputsOfCommands()

  program
    .command('equations <target>')
    .description('print the equations of every model in a file, or of file#target')
    .addOption(option.arg())
    .addOption(option.input())
    .addOption(option.artifact())
    .addOption(
      option.format(
        'text',
        'markdown',
        'latex',
        'plain',
        'plain-latex',
        'spec',
        'spec-latex',
        'parameters',
        'graph',
        'json',
      ),
    )
    .addOption(
      new Option('--expand <level>', 'how far to write formulas out')
        .choices(['layer', 'definition', 'primitive'])
        .default('layer'),
    )
    .addOption(
      new Option(
        '--mode <mode>',
        'show the model as it is in training or in inference, where the two differ',
      ).choices(['training', 'inference']),
    )
    .addOption(
      new Option(
        '--gradient <output:parameter>',
        'the gradients of a loss in place of the model, as loss:W_1, W_1 or all; repeatable',
      )
        .argParser(collectGradient)
        .default([], 'none'),
    )
    .addHelpText(
      'after',
      examples([
        ['equations model.ts', 'every model that the file builds'],
        ['equations mlp.ts#createModel --arg units=32', 'one model, with a value for a parameter'],
        ['equations loss.js#focal --input x:[N,10] --input y:[N]:int32', 'a function over tensors'],
        ['equations model.ts --gradient all', 'what flows back to each parameter'],
        ['equations model.ts --format markdown > model.md', 'for a pull request'],
      ]),
    )
    .action(async (target: string, options) => {
      code = (await import('./equations.js')).equations(target, options)
    })

  program
    .command('check [target]')
    .description('check file#target against a spec; without arguments, what aswritten.yaml lists')
    .option('--spec <file>', 'the spec, a YAML file or the name of one that ships with aswritten')
    .addOption(option.arg())
    .addOption(option.input())
    .addOption(option.artifact())
    .addOption(option.baseline())
    .addOption(option.failOn())
    .addOption(option.maxUnverified())
    .option('--print-config', 'print what is in force, and where it is said, and check nothing')
    .option('--watch', 'check again whenever a file is saved that matters')
    .option('--timing', 'say how long each part took')
    .addOption(outputs.check.options[0])
    .addOption(outputs.check.options[1])
    .addHelpText(
      'after',
      examples([
        ['check model.ts#createModel --spec lenet5-modern', 'against a spec that ships'],
        ['check model.ts#createModel --spec paper.yaml', 'against one of your own'],
        ['check', 'what aswritten.yaml lists, here or in a folder above'],
        ['check --output report.md --output report.sarif', 'printed, and written to two files'],
      ]),
    )
    .action(async (target: string | undefined, options) => {
      code = await (await import('./check.js')).check(target, {
        ...options,
        outputs: outputs.check.asked(),
      })
    })

  program
    .command('lint <paths...>')
    .description('find soft failures that need no spec, in every model of files and folders')
    .addOption(option.arg())
    .addOption(option.input())
    .addOption(option.artifact())
    .addOption(
      new Option('--ignore <code>', 'do not report a code; repeatable')
        .argParser(collectText)
        .default([], 'none'),
    )
    .addOption(
      new Option('--also <code>', 'report a code that is off by default; repeatable')
        .argParser(collectText)
        .default([], 'none'),
    )
    .addOption(option.baseline())
    .addOption(outputs.lint.options[0])
    .addOption(outputs.lint.options[1])
    .addHelpText(
      'after',
      `${examples([
        ['lint src', 'every file below a folder that mentions TensorFlow.js'],
        ['lint model.ts train.js#step --input x:[N,784]', 'files, and a function over tensors'],
        ['lint src --ignore unread-setting', 'all but one kind'],
        ['lint src --also zero-gradient', 'and one that is off by default'],
      ])}
Exit codes: 0 nothing found, 1 something found, 2 unusable input.`,
    )
    .action(async (paths: readonly string[], options) => {
      code = (await import('./lint.js')).lint(paths, { ...options, outputs: outputs.lint.asked() })
    })

  program
    .command('baseline [paths...]')
    .description('accept what the checks of aswritten.yaml find, and lint in files and folders, from now on')
    .option('--reason <text>', 'why it is accepted; without one nothing is added')
    .option('--owner <name>', 'who answers for it')
    .option('--expires <day>', 'the last day on which it is accepted, as 2027-01-31')
    .addOption(
      new Option('--code <code>', 'add only what has this code; repeatable')
        .argParser(collectText)
        .default([], 'all'),
    )
    .option('--baseline <file>', 'where it is written; otherwise the nearest aswritten-baseline.yaml')
    .addHelpText(
      'after',
      `${examples([
        ['baseline', 'what is new, and take out what is gone'],
        ["baseline --reason 'known since the port'", 'accept all that the checks find'],
        [
          "baseline src --code unread-setting --reason 'read by our callbacks'",
          'accept one kind that lint finds',
        ],
      ])}
Exit codes: 0 all is accepted, 1 something is not, 2 unusable input.`,
    )
    .action(async (paths: readonly string[], options) => {
      code = (await import('./baseline.js')).baseline(paths, options)
    })

  program
    .command('diff [targets...]')
    .description('compare two targets, or a target at two git revisions: diff main..HEAD -- model.ts#f')
    .addOption(option.arg())
    .addOption(option.input())
    .addOption(option.artifact())
    .addOption(outputs.diff.options[0])
    .addOption(outputs.diff.options[1])
    .addHelpText(
      'after',
      examples([
        ['diff old.ts#createModel new.ts#createModel', 'two targets'],
        ['diff main..HEAD -- model.ts#createModel', 'one target at two git revisions'],
        ['diff main -- model.ts', 'every model of a file, at a revision and now'],
      ]),
    )
    .action(async (targets: readonly string[], options) => {
      const { diff } = await import('./diff.js')
      const asked = { ...options, outputs: outputs.diff.asked() }
      const at = args.indexOf('--')
      // Commander leaves out the separator: what stands behind it are the last of the targets.
      const split = targets.length - (args.length - at - 1)
      code =
        at < 0 ? diff(targets, undefined, asked) : diff(targets.slice(split), targets.slice(0, split), asked)
    })

  program
    .command('bakeoff <targets...>')
    .description('compare independent implementations of one model: which are the same, and which is odd')
    .option('--spec <file>', 'what each of them is checked against as well')
    .option('--run', 'run them as well: the same weights in all of them, and the same problem for all')
    .addOption(option.arg())
    .addOption(option.input())
    .addOption(option.artifact())
    .addOption(running.problem('`none` trains nothing'))
    .addOption(running.backend())
    .addOption(running.seed())
    .addOption(running.seeds())
    .addOption(running.budget())
    .addOption(running.memory())
    .addOption(outputs.bakeoff.options[0])
    .addOption(outputs.bakeoff.options[1])
    .addHelpText(
      'after',
      examples([
        ['bakeoff ours.ts#createModel theirs.js#build third.js#Net.build', 'three targets'],
        ['bakeoff a.js#loss b.js#loss --input x:[N,4] --output bakeoff.html', 'functions, and a page'],
        ['bakeoff a.js#build b.js#build c.js#build --run', 'and run them, which nothing else does'],
      ]),
    )
    .action(async (targets: readonly string[], options) => {
      code = await (await import('./bakeoff.js')).bakeoff(targets, {
        ...options,
        outputs: outputs.bakeoff.asked(),
      })
    })

  program
    .command('mutate [target]')
    .description('plant known faults into a model, one at a time, and say which are noticed, and where')
    .option('--spec <file>', 'what they are compared with; otherwise the model as it is')
    .addOption(
      new Option('--operator <numbers>', 'which faults, as M04,M07; repeatable')
        .argParser(collectText)
        .default([], 'all'),
    )
    .option('--list', 'list the faults, and plant none')
    .option('--toy', 'run each as well, as `aswritten toy` does, and say whether that notices it')
    .addOption(new Option('--budget <seconds>', 'how long it may take').argParser(readSeconds).default(120))
    .addOption(option.arg())
    .addOption(option.input())
    .addOption(option.artifact())
    .addOption(running.problem('`aswritten toy --problem list` names all'))
    .addOption(running.backend())
    .addOption(running.seed())
    .addOption(running.seeds())
    .addOption(running.memory())
    .addOption(outputs.mutate.options[0])
    .addOption(outputs.mutate.options[1])
    .addHelpText(
      'after',
      examples([
        ['mutate model.ts#createModel', 'what a spec of this model would notice'],
        ['mutate model.ts#createModel --spec lenet5-modern', 'what this spec notices'],
        ['mutate loss.js#focal --input x:[N,10] --operator M10,M39', 'two kinds of faults'],
        ['mutate model.ts#createModel --spec lenet5-modern --toy', 'and run each of them'],
        ['mutate --list', 'all kinds of faults'],
      ]),
    )
    .action(async (target: string | undefined, options) => {
      code = await (await import('./mutate.js')).mutate(target, {
        ...options,
        outputs: outputs.mutate.asked(),
      })
    })

  program
    .command('review')
    .description(
      'say what a change does to the mathematics: equations, verdicts and findings, before and after',
    )
    .requiredOption(
      '--base <revision>',
      'what the change is to be merged into; compared from where both parted',
    )
    .option('--head <revision>', 'the change', 'HEAD')
    .addOption(option.failOn())
    .addOption(option.maxUnverified())
    .addOption(outputs.review.options[0])
    .addOption(outputs.review.options[1])
    .addHelpText(
      'after',
      examples([
        ['review --base main', 'what this branch changes'],
        [
          'review --base origin/main --output review.md --output new.sarif',
          'for a comment and code scanning',
        ],
      ]),
    )
    .action(async options => {
      code = (await import('./review.js')).review({ ...options, outputs: outputs.review.asked() })
    })

  program
    .command('language-server')
    .description('serve an editor over the standard streams: findings, equations and fixes while you type')
    .option('--stdio', 'what many editors give; there is no other way to connect')
    .addHelpText('after', examples([['language-server', 'as an editor starts it']]))
    .action(async () => {
      await (await import('./language-server.js')).languageServer()
    })

  program
    .command('toy [target]')
    .description(
      'run a model in a process of its own: the same weights as its spec, and problems with a known bound',
    )
    .option('--spec <file>', 'the spec, a YAML file or the name of one that ships with aswritten')
    .addOption(running.problem('`list` names all'))
    .addOption(option.arg())
    .addOption(option.input())
    .addOption(option.artifact())
    .addOption(running.backend())
    .addOption(running.seed())
    .addOption(running.seeds())
    .addOption(running.budget())
    .addOption(running.memory())
    .addOption(outputs.toy.options[0])
    .addOption(outputs.toy.options[1])
    .addHelpText(
      'after',
      `${examples([
        ['toy model.ts#createModel --spec xor', 'the same weights in the code and in its spec'],
        ['toy model.ts#createModel', 'a problem with a known bound that fits the model'],
        ['toy model.ts#createModel --problem parity --seeds 20', 'one problem, more runs'],
        ['toy --problem list', 'the problems, and which models they fit'],
      ])}
It runs the code: docs/toy.md says with which limits.
Exit codes: 0 reaches the bound or computes the same, 1 does not, 3 not decided, 2 it cannot be run.`,
    )
    .action(async (target: string | undefined, options) => {
      code = await (await import('./toy.js')).toy(target, { ...options, outputs: outputs.toy.asked() })
    })

  program
    .command('explain [code]')
    .description('explain a finding code; without one, list all codes')
    .addHelpText('after', examples([['explain activation-missing', 'what it means and what to do']]))
    .action(async (name: string | undefined) => {
      code = (await import('./explain.js')).explain(name)
    })

  program
    .command('completion')
    .description('print a script by which a shell completes commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', examples([['completion bash >> ~/.bashrc', 'for bash']]))
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      code = (await import('./completion.js')).completion(program, shell)
    })

  program
    .command('demo')
    .description(
      'check the example that ships: a network whose hidden activation is missing, and its correct twin',
    )
    .action(async () => {
      code = (await import('./demo.js')).demo()
    })

  program
    .command('wild <folder>', { hidden: true })
    .description('trace every TensorFlow.js file below a folder and report how far the trace came')
    .addOption(
      new Option('--seconds <number>', 'how long one file may take').argParser(readSeconds).default(600),
    )
    .addOption(option.format('text', 'json'))
    .action(async (folder: string, options) => {
      code = await (await import('./wild.js')).wild(folder, options)
    })

  program
    .command('suite <folder>', { hidden: true })
    .description('decide pairs of functions with a known verdict, and count how often that is right')
    .addOption(option.format('text', 'json'))
    .action(async (folder: string, options) => {
      code = (await import('./suite.js')).suite(folder, options)
    })

  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.asWritten : exitCodes.unusable
    if (error instanceof UsageError) {
      process.stderr.write(`aswritten: ${error.message}\n`)
      return exitCodes.unusable
    }
    if (error instanceof InputError) {
      const { tell } = await import('./tell.js')
      tell(error.diagnostics)
      return exitCodes.unusable
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(
      `aswritten: internal error. This is a defect of aswritten, not of your code: please report it with the text below.\n${text}\n`,
    )
    return exitCodes.crash
  }
}

/** Commands and what each does, for the end of a help text. */
function examples(lines: readonly (readonly [command: string, does: string])[]): string {
  const texts = lines.map(([command, does]) => `  # ${does}\n  aswritten ${command}`)
  return `\nExamples:\n${texts.join('\n')}\n`
}
