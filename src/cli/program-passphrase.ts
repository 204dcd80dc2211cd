/** `earshot passphrase`, as commander describes it. */
import { type Command, Option } from 'commander'
import { readAbsolutePath } from './flag-values.ts'
import type { PassphraseAction } from './invocation.ts'
import { commonFlags, type Settle } from './program-flags.ts'

/** The command and what it can do. */
export const addPassphrase = (program: Command, settle: Settle): void => {
  const passphrase = program
    .command('passphrase')
    .summary('lock the key of your messages on this disk, or unlock it again')
    .description(
      'A passphrase under which the key of your messages on this disk is locked: those that wait, and the history. Nobody can recover it.'
    )
  const act = (action: PassphraseAction, command: Command): void =>
    settle({ _tag: 'Passphrase', flags: commonFlags(command), action })
  passphrase
    .command('show', { isDefault: true })
    .description('say whether there is one')
    .option('--json', 'as one JSON object')
    .action((_own: unknown, command: Command) => act({ _tag: 'Show' }, command))
  passphrase
    .command('set')
    .description('set one where there is none')
    .action((_own: unknown, command: Command) => act({ _tag: 'Set' }, command))
  passphrase
    .command('change')
    .description('set another one')
    .addOption(
      new Option('--new-passphrase-file <file>', 'its first line is the new passphrase').argParser(
        readAbsolutePath
      )
    )
    .action((own: Record<string, string | undefined>, command: Command) =>
      act({ _tag: 'Change', newFile: own['newPassphraseFile'] }, command)
    )
  passphrase
    .command('remove')
    .description('take it away: whoever reads your files can read your messages then')
    .action((_own: unknown, command: Command) => act({ _tag: 'Remove' }, command))
}
