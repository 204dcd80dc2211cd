/**
 * Goal: `earshot send` and `earshot receive` do for scripts what a person does by hand: whole files, pipes,
 * exit codes that tell the truth, progress beside the output (features.md E7).
 * Method: the built program on both sides, on pipes.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesOf, putFile, treeOf } from './support/files.ts'
import { type Pipe, type PipeOptions, startPipe } from './support/pipe.ts'
import { temporaryFolder } from './support/program.ts'
import { startJsonListening } from './support/talk.ts'

const LISTENING = /Listening on: \S*:(\d+)/

const startReceiver = async (
  args: readonly string[],
  options: PipeOptions = {}
): Promise<{ readonly taker: Pipe; readonly address: string }> => {
  const taker = startPipe(['receive', '--port', '0', ...args], { stdin: '', ...options })
  const line = await taker.waitForLine(LISTENING, { of: 'stderr' })
  return { taker, address: `127.0.0.1:${LISTENING.exec(line)?.[1]}` }
}

describe('E7: send and receive', () => {
  it('take files and folders across, and end with 0 at both ends', async () => {
    const folder = temporaryFolder()
    const output = join(folder, 'in')
    const { taker, address } = await startReceiver(['--output', output])
    const one = putFile(join(folder, 'one file.bin'), bytesOf(2_000_000))
    putFile(join(folder, 'dir', 'sub', 'two.txt'), 'two')
    mkdirSync(join(folder, 'dir', 'empty'))
    const giver = startPipe(['send', one, 'dir', '--connect', address], { stdin: '', cwd: folder })
    const [sent, taken] = await Promise.all([giver.exit, taker.exit])
    expect(sent).toMatchObject({ code: 0, stdout: '' })
    expect(taken).toMatchObject({ code: 0, stdout: '' })
    expect(readFileSync(join(output, 'one file.bin')).equals(readFileSync(one))).toBe(true)
    expect(treeOf(join(output, 'dir'))).toEqual(treeOf(join(folder, 'dir')))
  })

  it('read from a pipe and write to one', async () => {
    const content = bytesOf(3_000_000)
    const { taker, address } = await startReceiver(['--output', '-'])
    const text = content.toString('base64')
    const giver = startPipe(['send', '-', '--as', 'stream.txt', '-c', address], { stdin: text })
    const [sent, taken] = await Promise.all([giver.exit, taker.exit])
    expect(sent.code).toBe(0)
    expect(taken.code).toBe(0)
    expect(taken.stdout === text).toBe(true)
  })

  it('turn away what is risky, and both say so by their exit code', async () => {
    const folder = temporaryFolder()
    const program = putFile(join(folder, 'install.desktop'), '[Desktop Entry]')
    const { taker, address } = await startReceiver(['--output', join(folder, 'in')])
    const giver = startPipe(['send', program, '-c', address], { stdin: '' })
    expect((await giver.exit).code).toBe(75)
    expect((await taker.exit).code).toBe(75)
    const bold = await startReceiver(['--output', join(folder, 'in'), '--anyway'])
    const again = startPipe(['send', program, '-c', bold.address], { stdin: '' })
    expect((await again.exit).code).toBe(0)
    expect((await bold.taker.exit).code).toBe(0)
  })

  it('take from one peer only, where that is asked for', async () => {
    const folder = temporaryFolder()
    const stranger = 'a'.repeat(56)
    const path = putFile(join(folder, 'x'), 'x')
    const refused = startPipe(['receive', '--port', '0', '--accept-from', stranger], { stdin: '' })
    expect((await refused.exit).code).toBe(64)
    const { program: other } = await startJsonListening()
    const { id } = await other.waitFor('app.started')
    const { taker, address } = await startReceiver(['--accept-from', id])
    const giver = startPipe(['send', path, '-c', address], { stdin: '' })
    expect((await giver.exit).code).not.toBe(0)
    taker.kill('SIGTERM')
    expect((await taker.exit).code).toBe(0)
  })

  it('say what is missing before anybody is called', async () => {
    const giver = startPipe(['send', 'no such file', '-c', '127.0.0.1:1'], { stdin: '' })
    const { code, stderr } = await giver.exit
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/no such file/)
  })

  it('tell all of it as JSON lines where a program asks', async () => {
    const folder = temporaryFolder()
    const path = putFile(join(folder, 'x'), bytesOf(500_000))
    const { taker, address } = await startReceiver(['--output', join(folder, 'in')])
    const giver = startPipe(['send', path, '-c', address, '--json'], { stdin: '' })
    const { code, stdout } = await giver.exit
    expect(code).toBe(0)
    const types = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly type: string }).type)
    expect(types).toEqual(
      expect.arrayContaining([
        'peer.connected',
        'transfer.offered',
        'transfer.accepted',
        'transfer.done',
        'app.ending'
      ])
    )
    expect((await taker.exit).code).toBe(0)
  })
})
