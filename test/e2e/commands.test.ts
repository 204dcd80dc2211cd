/**
 * Goal: every command of features.md S8 does what /help says, and S13: the encryption is shown.
 * Method: two built programs in terminals; commands are typed, the screens compared.
 */
import { describe, expect, it } from 'vitest'
import { startListening, startTalk } from './support/talk.ts'

describe('S8: commands', () => {
  it.each(['/help', '/?'])('%s lists every command', async (command) => {
    const { ann } = await startTalk({ ann: { rows: 40 } })
    ann.enter(command)
    const screen = await ann.waitForScreen('Everything else is said to your peer')
    for (const each of [
      '/help /?',
      '/quit /exit',
      '/info',
      '/nick /nickname NAME',
      '/peers /list',
      '/to WHO',
      '/verify [match]',
      '/accept [tN|WHO]',
      '/decline [tN|WHO]',
      '/connect HOST:PORT|WHO',
      '/queue',
      '/cancel N|all',
      '/history [WHO] [N]',
      '/history on|off|default',
      '/history erase',
      '/search WORDS',
      '/send /file PATH...',
      '/autoopen /auto'
    ])
      expect(screen).toContain(each)
  })

  it.each(['/quit', '/exit'])('%s leaves, and the peer is told', async (command) => {
    const { ann, bob } = await startTalk()
    ann.enter(command)
    expect(await ann.exit).toMatchObject({ code: 0 })
    expect(ann.history()).toContain('Goodbye.')
    await bob.waitForHistory('Peer disconnected: ann (left)')
  })

  it('/info shows ids, addresses, encryption, round trip and bytes', async () => {
    const { ann, bob, port } = await startTalk({ ann: { rows: 40 } })
    bob.enter('something to count')
    await ann.waitForHistory('something to count')
    ann.enter('/info')
    const screen = await ann.waitForScreen(/sent {2,}.*\n/)
    expect(screen).toMatch(/nickname {2,}ann/)
    expect(screen).toMatch(new RegExp(`listening {2,}\\[::\\]:${port}`))
    expect(screen).toMatch(/peer {2,}bob \(in focus\)/)
    expect(screen).toMatch(/state {2,}online, not verified/)
    expect(screen).toMatch(/secured {2,}TLS 1\.3, TLS_/)
    expect(screen).toMatch(/address {2,}127\.0\.0\.1:\d+/)
    expect(screen).toMatch(/received {2,}[\d.]+ (bytes|KiB), 1 messages/)
    expect(screen.match(/([a-z2-7]{7} ){3}[a-z2-7]{7}/g)?.length).toBe(4)
  })

  it.each(['/nick', '/nickname'])('%s renames us at both ends', async (command) => {
    const { ann, bob } = await startTalk()
    ann.enter(`${command} anna maria`)
    await ann.waitForHistory('Your nickname is now anna maria')
    await bob.waitForHistory('New nickname: ann is now anna maria')
    ann.enter('me again')
    await bob.waitForHistory('anna maria: me again')
  })

  it.each(['/peers', '/list'])('%s lists the peers', async (command) => {
    const { ann } = await startTalk()
    ann.enter(command)
    await ann.waitForScreen(/Peers: 1\n {2}> bob\n {4}online, not verified/)
  })

  it('/to talks to the named peer, and says when there is none of that name', async () => {
    const { ann } = await startTalk()
    ann.enter('/to bob')
    await ann.waitForHistory('You talk to bob')
    ann.enter('/to carol')
    await ann.waitForHistory('nobody here is called carol')
    ann.enter('/accept')
    await ann.waitForHistory('nobody is knocking')
  })

  it.each(['/send ~/photo.jpg', '/file ~/photo.jpg'])(
    '%s says that there is no such file',
    async (command) => {
      const { ann } = await startTalk()
      ann.enter(command)
      await ann.waitForHistory('There is no file or folder')
    }
  )

  it('/pause and /resume say that there is nothing', async () => {
    const { ann } = await startTalk()
    ann.enter('/pause all')
    await ann.waitForHistory('nothing is under way')
    ann.enter('/resume t9')
    await ann.waitForHistory('there is no such transfer')
  })

  it('an unknown command suggests the nearest', async () => {
    const { ann, bob } = await startTalk()
    ann.enter('/hlep')
    await ann.waitForHistory('there is no command /hlep')
    await ann.waitForHistory('Did you mean /help?')
    ann.enter('/Quti')
    await ann.waitForHistory('Did you mean /quit?')
    ann.enter('/xyzzyplugh')
    await ann.waitForHistory('there is no command /xyzzyplugh')
    // None of them was said to the peer.
    ann.enter('end')
    await bob.waitForHistory('ann: end')
    expect(bob.history()).not.toContain('hlep')
  })

  it('Tab completes a command', async () => {
    const { ann } = await startTalk()
    ann.type('/pee')
    ann.press('tab', 'enter')
    await ann.waitForScreen('Peers: 1')
  })

  it('text without a peer is not lost quietly', async () => {
    const { terminal: ann } = await startListening()
    ann.enter('anybody?')
    await ann.waitForHistory('Nobody is connected yet, so this was not sent')
  })
})

const safetyNumber = (screen: string): string | undefined =>
  /Safety number with \w+:\n((?: {4}[\d ]+\n)+)/.exec(screen)?.[1]

describe('S13: the encryption is shown', () => {
  it('on connecting, with the cipher, at both ends', async () => {
    const { ann, bob } = await startTalk()
    expect(ann.history()).toMatch(/🔒 encrypted: TLS 1\.3, TLS_\w+/)
    expect(bob.history()).toMatch(/🔒 encrypted: TLS 1\.3, TLS_\w+, X25519MLKEM768/)
  })

  it('/verify shows the same number at both ends, and /verify match keeps that', async () => {
    const { ann, bob } = await startTalk({ ann: { rows: 30 } })
    expect(ann.history()).toContain('not verified: compare with /verify')
    ann.enter('/verify')
    bob.enter('/verify')
    const ours = safetyNumber(await ann.waitForScreen('Then type /verify match'))
    const theirs = safetyNumber(await bob.waitForScreen('Then type /verify match'))
    expect(ours).toMatch(/(\d{5}\s+){12}/)
    expect(theirs).toBe(ours)
    ann.enter('/verify match')
    await ann.waitForScreen('Verified: bob')
    ann.enter('/info')
    await ann.waitForScreen('online, verified')
  })
})
