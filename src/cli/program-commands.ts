/** The commands beside the conversation itself. */
import { Argument, type Command, Option } from 'commander'
import type { PeerId } from '../domain/peer-id.ts'
import { readPeerId } from './flag-values.ts'
import type { PeersAction, Shell } from './invocation.ts'
import { commonFlags, type Settle } from './program-flags.ts'
import { addFiles } from './program-files.ts'
import { addHistory } from './program-history.ts'
import { addPassphrase } from './program-passphrase.ts'

const addConfig = (program: Command, settle: Settle): void => {
  program
    .command('config')
    .summary('write the commented default configuration, or show what holds')
    .description(
      'Writes a configuration file in which every key is explained and shown with its default. An existing file is left alone.'
    )
    .addOption(new Option('--path', 'print where the file is or would be').conflicts('show'))
    .addOption(new Option('--show', 'print every setting and where its value comes from'))
    .addOption(
      new Option(
        '--force',
        'replace an existing file; the old one stays as config.toml.bak'
      ).conflicts(['path', 'show'])
    )
    .option('--json', 'with --show or --path: as one JSON object')
    .action((own: Record<string, unknown>, command: Command) => {
      const mode = own['path'] === true ? 'path' : own['show'] === true ? 'show' : 'write'
      settle({ _tag: 'Config', flags: commonFlags(command), mode, force: own['force'] === true })
    })
}

/** What can be done about one known peer. */
const PEER_CHANGES = [
  {
    name: 'forget',
    tag: 'Forget',
    description: 'forget a peer and the addresses that are pinned to its key'
  },
  {
    name: 'block',
    tag: 'Block',
    description: 'shut a known peer out: it can neither call nor be called'
  },
  {
    name: 'unblock',
    tag: 'Unblock',
    description: 'let a peer in again; what was verified has to be verified again'
  }
] as const

const addPeers = (program: Command, settle: Settle): void => {
  const peers = program
    .command('peers')
    .summary('list, forget, block or re-key the peers that you know')
    .description('The peers that you have met, and the keys that they are pinned to.')
  const act = (action: PeersAction, command: Command): void =>
    settle({ _tag: 'Peers', flags: commonFlags(command), action })
  peers
    .command('list', { isDefault: true })
    .description('print the known peers')
    .option('--json', 'as JSON, one peer a line')
    .action((_own: unknown, command: Command) => act({ _tag: 'List' }, command))
  for (const { name, tag, description } of PEER_CHANGES)
    peers
      .command(name)
      .description(description)
      .addArgument(new Argument('<id>', 'its whole id').argParser(readPeerId))
      .action((id: PeerId, _own: unknown, command: Command) => act({ _tag: tag, id }, command))
  peers
    .command('rekey')
    .description(
      'move what is pinned to a peer over to its new key, after you asked them in person'
    )
    .addArgument(new Argument('<old>', 'the id that is known').argParser(readPeerId))
    .addArgument(new Argument('<new>', 'the id that it has now').argParser(readPeerId))
    .action((from: PeerId, to: PeerId, _own: unknown, command: Command) =>
      act({ _tag: 'Rekey', from, to }, command)
    )
}

const addId = (program: Command, settle: Settle): void => {
  program
    .command('id')
    .description('print your id, where its key is kept, and the addresses of this machine')
    .option('--json', 'as one JSON object')
    .action((_own: unknown, command: Command) =>
      settle({ _tag: 'Id', flags: commonFlags(command) })
    )
}

const addCompletion = (program: Command, settle: Settle): void => {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: Shell) => settle({ _tag: 'Completion', shell }))
}

/** Adds all of them, in the order of `--help`. */
export const addCommands = (program: Command, settle: Settle): void => {
  for (const add of [
    addFiles,
    addConfig,
    addId,
    addPeers,
    addHistory,
    addPassphrase,
    addCompletion
  ])
    add(program, settle)
}
