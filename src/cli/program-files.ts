/** `earshot send` and `earshot receive`, as commander describes them. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { readPath, readPeerId } from './flag-values.ts'
import { RECEIVE_HELP_AFTER, SEND_HELP_AFTER } from './help-text.ts'
import { chatFlags, type Settle } from './program-flags.ts'

const STANDARD_INPUT = '-'

const readFileName = (text: string): string => {
  if (text === '' || /[/\\]/.test(text))
    throw new InvalidArgumentError('It is a file name, without a folder.')
  return text
}

const addSend = (program: Command, settle: Settle): void => {
  program
    .command('send')
    .summary('send files and folders, then end')
    .description(
      'Sends files and folders to a peer, which is called with --connect, or waited for with --port. Ends when the peer has all of them on its disk. What was cut short goes on when the same command is given again.'
    )
    .addArgument(new Argument('<paths...>', 'files and folders; - is standard input'))
    .addOption(
      new Option('--as <name>', 'the file name of what comes from standard input').argParser(
        readFileName
      )
    )
    .addHelpText('after', SEND_HELP_AFTER)
    .action((paths: readonly string[], given: { readonly as?: string }, command: Command) => {
      const fromInput = paths.filter((path) => path === STANDARD_INPUT).length
      if (fromInput > 1) command.error('error: There is one standard input only.')
      if (fromInput === 1 && given.as === undefined)
        command.error('error: Standard input has no name.\nGive it one with --as NAME.')
      if (fromInput === 0 && given.as !== undefined)
        command.error('error: --as names what comes from standard input (-), and nothing does.')
      settle({ _tag: 'Send', flags: chatFlags(command), request: { paths, as: given.as } })
    })
}

const addReceive = (program: Command, settle: Settle): void => {
  program
    .command('receive')
    .summary('take the files that a peer sends, then end')
    .description(
      'Waits for a peer with --port, or calls one with --connect, and takes what it sends. Ends when the peer has left and everything is here. Risky files (hidden names, programs) are turned away without --anyway.'
    )
    .addOption(
      new Option('--accept-from <id>', 'take files from the peer with this id only').argParser(
        readPeerId
      )
    )
    .addOption(
      new Option(
        '--output <folder>',
        'put files there; - writes the one file to standard output'
      ).argParser(readPath)
    )
    .option('--anyway', 'take also what is risky')
    .addHelpText('after', RECEIVE_HELP_AFTER)
    .action((given: Readonly<Record<string, unknown>>, command: Command) => {
      const flags = chatFlags(command)
      const { acceptFrom, output, anyway } = given as {
        readonly acceptFrom?: typeof flags.expect
        readonly output?: string
        readonly anyway?: boolean
      }
      if (output === '-' && flags.json)
        command.error('error: Standard output is for the file or for --json, not for both.')
      settle({
        _tag: 'Receive',
        flags: { ...flags, expect: acceptFrom ?? flags.expect },
        request: { output, anyway: anyway === true }
      })
    })
}

/** Adds both. */
export const addFiles = (program: Command, settle: Settle): void => {
  addSend(program, settle)
  addReceive(program, settle)
}
