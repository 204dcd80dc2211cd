/**
 * Goal: completion scripts and the manual page are what the program is, and their readers take them.
 * Method: every flag and command is looked for; bash runs the script and completes; zsh and fish
 * check it where they are installed; man checks the page; the files in the repository are fresh.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from '@effect/vitest'
import { completionScript } from '../../../src/cli/completion.ts'
import { buildProgram } from '../../../src/cli/program.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const program = buildProgram(() => {})
const has = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('%s: holds every flag, command and choice', (shell) => {
    const script = completionScript(program, shell)
    for (const { long } of program.options)
      expect(script).toContain(shell === 'fish' ? `-l ${long?.slice(2)}` : long)
    for (const word of ['config', 'id', 'peers', 'completion', 'help', 'forget', 'rekey', '--show'])
      expect(script).toContain(shell === 'fish' ? word.replace('--', '-l ') : word)
    for (const choice of ['accept-new', 'trace', 'zsh']) expect(script).toContain(choice)
  })

  // A shell that the machine has not cannot judge; bash is everywhere where the tests run.
  const judges = (
    [
      ['bash', ['-n']],
      ['zsh', ['-n']],
      ['fish', ['--no-execute']]
    ] as const
  ).filter(([shell]) => shell === 'bash' || has(shell))

  it.each(judges)('%s: parses', (shell, flags) => {
    const folder = mkdtempSync(join(tmpdir(), 'earshot-completion-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const script = join(folder, 'script')
    writeFileSync(script, completionScript(program, shell))
    const checked = spawnSync(shell, [...flags, script], { encoding: 'utf8' })
    expect(checked.stderr).toBe('')
    expect(checked.status).toBe(0)
  })

  it.each([
    ['', ['config', 'id', 'peers', 'completion', 'help']],
    ['--p', ['--port', '--plain-text', '--profile', '--passphrase-file']],
    ['--log-level w', ['warn']],
    ['--unknown-peers ', ['accept-new', 'ask', 'deny']],
    ['-p 8080 conf', ['config']],
    ['peers re', ['rekey']],
    ['peers forget --h', ['--help']],
    ['config --fo', ['--force']],
    ['completion z', ['zsh']],
    ['--nickname ', []],
    ['--home /us', ['/usr']],
    ['history bob --ex', ['--export']],
    ['history bob --keep o', ['on', 'off']],
    ['history bob --export /us', ['/usr']],
    ['history bob -n ', []]
  ])('bash: completes "earshot %s"', (typed, wanted) => {
    const script = `${completionScript(program, 'bash')}
COMP_WORDS=(earshot "$@"); COMP_CWORD=$#
_earshot
printf '%s\\n' "\${COMPREPLY[@]}"`
    const said = execFileSync('bash', ['-c', script, 'bash', ...typed.split(' ')], {
      encoding: 'utf8'
    })
    const words = said.split('\n').filter((word) => word !== '')
    if (typed === '') expect(words).toEqual(expect.arrayContaining(wanted))
    else expect(words).toEqual(wanted)
  })
})

describe('manual page and settings table', () => {
  it('are those of this program', () => {
    const checked = spawnSync(process.execPath, [join(root, 'scripts', 'man.ts'), '--check'], {
      encoding: 'utf8'
    })
    expect(checked.stderr).toBe('')
    expect(checked.status).toBe(0)
  })

  const readers = ['man'].filter(has)

  it.each(readers)('are shown by %s without a warning', (man) => {
    const shown = spawnSync(man, ['--warnings', '-l', join(root, 'man', 'earshot.1')], {
      encoding: 'utf8',
      env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' }
    })
    expect(shown.stderr).toBe('')
    for (const part of ['SYNOPSIS', '--connect', 'default_port', 'EXIT STATUS'])
      expect(shown.stdout).toContain(part)
  })
})
