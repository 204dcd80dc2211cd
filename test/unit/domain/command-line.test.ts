// Goal: what is typed, piped in as JSON or given as an address means one thing or is refused with a
// reason. Method: tables of inputs, and properties over any string.
import { describe, expect, it } from '@effect/vitest'
import * as Result from 'effect/Result'
import * as fc from 'fast-check'
import { type JSON_COMMANDS, parseJsonCommand } from '../../../src/domain/command-json.ts'
import { parseLine } from '../../../src/domain/command-line.ts'
import { COMMANDS } from '../../../src/domain/command-table.ts'
import { completeCommand } from '../../../src/domain/complete-command.ts'
import type { Command } from '../../../src/domain/commands.ts'
import { formatEndpoint, isIpv4, isIpv6, parseEndpoint } from '../../../src/domain/endpoint.ts'
import { nearestName, typingDistance } from '../../../src/domain/nearest-name.ts'
import { formatPeerId, peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'

/** An argument for each command that needs one. */
const EXAMPLE_ARGS: Readonly<Record<string, string>> = {
  NAME: ' ann',
  WHO: ' bob',
  'PATH...': ' a',
  'tN|all': ' t1',
  'HOST:PORT|WHO': ' h:1',
  'N|all': ' 1',
  WORDS: ' x'
}

describe('parseLine', () => {
  it.each<[string, Command]>([
    ['hello', { type: 'say', text: 'hello' }],
    ['  hello  ', { type: 'say', text: '  hello  ' }],
    ['two\nlines', { type: 'say', text: 'two\nlines' }],
    ['//help', { type: 'say', text: '/help' }],
    ['/help', { type: 'help' }],
    ['/?', { type: 'help' }],
    ['/HELP ', { type: 'help' }],
    ['/quit', { type: 'quit' }],
    ['/exit', { type: 'quit' }],
    ['/send my file.txt', { type: 'send', paths: 'my file.txt' }],
    ['/file a', { type: 'send', paths: 'a' }],
    ['/info', { type: 'info' }],
    ['/nick  Ann Lee ', { type: 'nick', nickname: 'Ann Lee' }],
    ['/nickname ann', { type: 'nick', nickname: 'ann' }],
    ['/send "two words" ~/x  ', { type: 'send', paths: '"two words" ~/x' }],
    ['/send end\\  ', { type: 'send', paths: 'end\\ ' }],
    ['/accept', { type: 'accept' }],
    ['/accept t3', { type: 'accept', who: 't3' }],
    ['/accept T3 Anyway', { type: 'accept', who: 'T3', anyway: true }],
    ['/accept anyway', { type: 'accept', anyway: true }],
    ['/accept Ann Lee', { type: 'accept', who: 'Ann Lee' }],
    ['/decline t3', { type: 'decline', who: 't3' }],
    ['/accept-all', { type: 'accept-all', on: true }],
    ['/accept-all OFF', { type: 'accept-all', on: false }],
    ['/accept-all Ann Lee off', { type: 'accept-all', who: 'Ann Lee', on: false }],
    ['/transfers', { type: 'transfers' }],
    ['/pause t2', { type: 'pause', which: 2 }],
    ['/pause 2', { type: 'pause', which: 2 }],
    ['/resume ALL', { type: 'resume', which: 'all' }],
    ['/retry T12', { type: 'retry', which: 12 }],
    ['/cancel t12', { type: 'transfer-cancel', which: 12 }],
    ['/cancel files', { type: 'transfer-cancel', which: 'all' }],
    ['/autoopen', { type: 'autoopen' }],
    ['/auto', { type: 'autoopen' }],
    ['/peers', { type: 'peers' }],
    ['/list', { type: 'peers' }],
    ['/verify', { type: 'verify', confirm: false }],
    ['/verify match', { type: 'verify', confirm: true }],
    ['/accept', { type: 'accept' }],
    ['/accept bob', { type: 'accept', who: 'bob' }],
    ['/decline', { type: 'decline' }],
    ['/to bob', { type: 'to', who: 'bob' }],
    ['/connect [::1]:8080', { type: 'connect', target: '[::1]:8080' }],
    ['/connect bob', { type: 'connect', target: 'bob' }],
    ['/connect Änn Lee', { type: 'connect', target: 'Änn Lee' }],
    ['/queue', { type: 'queue' }],
    ['/cancel 12', { type: 'cancel', which: 12 }],
    ['/cancel ALL', { type: 'cancel', which: 'all' }],
    ['/history', { type: 'history' }],
    ['/history 1000', { type: 'history', count: 1000 }],
    ['/history bob', { type: 'history', who: 'bob' }],
    ['/history  Ann Lee  5 ', { type: 'history', who: 'Ann Lee', count: 5 }],
    ['/history 5 5', { type: 'history', who: '5', count: 5 }],
    ['/history on', { type: 'history-keep', keep: 'on' }],
    ['/history OFF', { type: 'history-keep', keep: 'off' }],
    ['/history default', { type: 'history-keep', keep: 'default' }],
    ['/history erase', { type: 'history-erase', confirm: false }],
    ['/history erase  Yes', { type: 'history-erase', confirm: true }],
    ['/search two  words', { type: 'search', words: 'two  words' }]
  ])('%j', (line, expected) => {
    expect(parseLine(line)).toEqual(expected)
  })

  it.each([
    ['/hlep', '/help'],
    ['/qiut', '/quit'],
    ['/nic', '/nick'],
    ['/verfy match', '/verify'],
    ['/help me', '/help'],
    ['/verify yes', '/verify match'],
    ['/nick', undefined],
    ['/nick \u200b', undefined],
    ['/to', undefined],
    ['/send', undefined],
    ['/connect', undefined],
    ['/connect -oX', undefined],
    ['/connect user@host', undefined],
    ['/connect 256.1.1.1', undefined],
    ['/connect bob:0', undefined],
    ['/queue now', '/queue'],
    ['/cancel', '/queue'],
    ['/cancel 0', '/queue'],
    ['/cancel -1', '/queue'],
    ['/cancel 1.5', '/queue'],
    ['/cancel 99999999999999999999', '/queue'],
    ['/history 0', undefined],
    ['/history 1001', undefined],
    ['/history bob 007', undefined],
    ['/history 99999999999999999999', undefined],
    ['/history on bob', '/history on'],
    ['/history erase bob', '/history erase yes'],
    ['/histroy', '/history'],
    ['/search', undefined],
    ['/pause', '/transfers'],
    ['/pause t0', '/transfers'],
    ['/resume bob', '/transfers'],
    ['/retry t1 t2', '/transfers'],
    ['/cancel t0', '/queue'],
    ['/cancel t99999999999999999999', '/queue'],
    ['/accept-all t1', '/accept t1'],
    ['/transfers all', '/transfers'],
    ['/home/ann/x.txt', undefined],
    ['/', undefined],
    [`/${'x'.repeat(100_000)}`, undefined]
  ])('refuses %j and suggests %j', (line, suggestion) => {
    const command = parseLine(line)
    expect(command).toMatchObject({ type: 'invalid', detail: expect.stringMatching(/./) })
    expect(command).toHaveProperty('input', line.slice(0, 200).replaceAll('\u200b', ''))
    expect(command?.type === 'invalid' ? command.suggestion : '').toBe(suggestion)
  })

  it('asks nothing for a blank line, and never throws', () => {
    expect(parseLine('')).toBeUndefined()
    expect(parseLine(' \t')).toBeUndefined()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => parseLine(`/${text}`)).not.toThrow()
        const said = parseLine(text)
        if (said?.type === 'say') expect(text.endsWith(said.text)).toBe(true)
      })
    )
  })

  it('knows every name of the table, and completes it', () => {
    for (const { name, aliases, args } of COMMANDS) {
      const example = EXAMPLE_ARGS[args] ?? ''
      for (const each of [name, ...aliases])
        expect(parseLine(each + example), each).not.toMatchObject({ type: 'invalid' })
      expect(completeCommand(name)).toContain(args === '' ? name : `${name} `)
    }
    expect(completeCommand('/ver')).toEqual(['/verify '])
    expect(completeCommand('/')).toHaveLength(COMMANDS.length)
    expect(completeCommand('hello')).toEqual([])
    expect(completeCommand('/nick a')).toEqual([])
    expect(completeCommand('/history ')).toEqual([
      '/history on',
      '/history off',
      '/history default',
      '/history erase'
    ])
    expect(completeCommand('/history e')).toEqual(['/history erase'])
    expect(completeCommand('/history erase ')).toEqual([])
    expect(completeCommand('/nothing ')).toEqual([])
  })

  it('completes transfers and paths from what it is given', () => {
    const asked: string[] = []
    const sources = {
      paths: (typed: string) => {
        asked.push(typed)
        return [`${typed}.TXT`, `${typed}/`]
      },
      transfers: () => ['t1', 't12']
    }
    expect(completeCommand('/accept ', sources)).toEqual(['/accept t1', '/accept t12'])
    expect(completeCommand('/cancel T1', sources)).toEqual(['/cancel t1', '/cancel t12'])
    expect(completeCommand('/pause a', sources)).toEqual(['/pause all'])
    expect(completeCommand('/file "My docs" Ne', sources)).toEqual([
      '/file "My docs" Ne.TXT',
      '/file "My docs" Ne/'
    ])
    expect(asked).toEqual(['"My docs" Ne'])
    expect(completeCommand('/send x')).toEqual([])
  })
})

const ANN = peerIdFromPublicKey(new Uint8Array(32).fill(7))

describe('parseJsonCommand', () => {
  const example: Readonly<Record<keyof typeof JSON_COMMANDS, Command>> = {
    say: { type: 'say', text: '/quit\n', to: ANN },
    help: { type: 'help' },
    quit: { type: 'quit' },
    info: { type: 'info' },
    nick: { type: 'nick', nickname: 'ann' },
    peers: { type: 'peers' },
    to: { type: 'to', who: 'bob' },
    verify: { type: 'verify', confirm: true, who: 'bob' },
    accept: { type: 'accept', who: 'bob' },
    decline: { type: 'decline' },
    autoopen: { type: 'autoopen' },
    send: { type: 'send', paths: 'a', to: ANN },
    'accept-all': { type: 'accept-all', who: 'bob', on: true },
    transfers: { type: 'transfers' },
    pause: { type: 'pause', which: 1 },
    resume: { type: 'resume', which: 'all' },
    retry: { type: 'retry', which: 2 },
    'transfer-cancel': { type: 'transfer-cancel', which: 3 },
    connect: { type: 'connect', target: 'localhost:1', expect: ANN, call: '7' },
    'hang-up': { type: 'hang-up', call: '7' },
    queue: { type: 'queue' },
    cancel: { type: 'cancel', which: 3 },
    history: { type: 'history', count: 5, who: 'bob' },
    'history-keep': { type: 'history-keep', keep: 'default' },
    'history-erase': { type: 'history-erase', confirm: false },
    search: { type: 'search', words: 'two words' }
  }

  it.each(Object.entries(example))('%s', (_, command) => {
    expect(parseJsonCommand(JSON.stringify(command))).toEqual(command)
  })

  it.each([
    ['hello', 'not valid JSON'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['"say"', 'not a JSON object'],
    ['{}', 'field "type" must be a string'],
    ['{"type":1}', 'field "type" must be a string'],
    ['{"type":"sya","text":"x"}', 'unknown type "sya"'],
    ['{"type":"invalid","input":"x","detail":"y"}', 'unknown type "invalid"'],
    ['{"type":"constructor"}', 'unknown type "constructor"'],
    ['{"type":"say"}', 'field "text" is missing'],
    ['{"type":"say","text":1}', 'field "text" must be a string'],
    ['{"type":"say","text":""}', 'field "text" is empty'],
    ['{"type":"say","text":"x","at":"y"}', 'unknown field "at"'],
    ['{"type":"say","text":"x","to":"bob"}', 'field "to" must be a whole peer id'],
    ['{"type":"connect","target":"h:1","expect":7}', 'field "expect" must be a whole peer id'],
    ['{"type":"cancel"}', 'field "which" is missing'],
    ['{"type":"cancel","which":"1"}', 'field "which" must be a whole number from 1, or "all"'],
    ['{"type":"cancel","which":0}', 'field "which" must be a whole number'],
    ['{"type":"history","count":1.5}', 'field "count" must be a whole number from 1'],
    ['{"type":"history","count":1001}', 'field "count" is at most 1000'],
    ['{"type":"history-keep","keep":true}', 'field "keep" must be "on", "off" or "default"'],
    ['{"type":"history-erase"}', 'field "confirm" is missing'],
    ['{"type":"search","words":"  "}', 'field "words" is empty'],
    ['{"type":"say","text":"x","__proto__":{"a":1}}', 'unknown field "__proto__"'],
    ['{"type":"verify","confirm":"yes"}', 'field "confirm" must be a boolean'],
    ['{"type":"accept","who":null}', 'field "who" must be a string'],
    ['{"type":"to","who":""}', 'field "who" is empty'],
    ['{"type":"nick","nickname":"\\u200b"}', 'field "nickname" has nothing visible in it'],
    ['{"type":"connect","target":""}', 'field "target" is empty'],
    ['{"type":"connect","target":"user@host"}', 'field "target": an address is']
  ])('refuses %s', (line, detail) => {
    expect(parseJsonCommand(line)).toMatchObject({
      type: 'invalid',
      detail: expect.stringContaining(detail)
    })
  })

  it('takes an id in groups, and hands on one form of it', () => {
    expect(
      parseJsonCommand(JSON.stringify({ type: 'say', text: 'x', to: formatPeerId(ANN) }))
    ).toEqual({ type: 'say', text: 'x', to: ANN })
  })

  it('suggests the type that was meant, skips blank lines, survives depth', () => {
    expect(parseJsonCommand('{"type":"hlep"}')).toMatchObject({ suggestion: 'help' })
    expect(parseJsonCommand(' ')).toBeUndefined()
    expect(parseJsonCommand('['.repeat(100_000))).toMatchObject({ type: 'invalid' })
  })
})

describe('parseEndpoint', () => {
  it.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['127.0.0.1', '127.0.0.1', 9],
    ['localhost', 'localhost', 9],
    ['my-host.example.org.:65535', 'my-host.example.org.', 65_535],
    ['[::1]:1', '::1', 1],
    ['[fe80::1%eth0]:80', 'fe80::1%eth0', 80],
    ['::1', '::1', 9],
    ['[::ffff:192.0.2.1]', '::ffff:192.0.2.1', 9],
    ['2001:db8::8:800:200c:417a', '2001:db8::8:800:200c:417a', 9]
  ])('%s', (text, host, port) => {
    expect(parseEndpoint(text, 9)).toEqual(Result.succeed({ host, port }))
  })

  it.each(
    [
      ['', ':80', 'host:', 'host:0', 'host:65536', 'host:99999', 'host:+1', 'host:1e3', 'host: 80'],
      [
        'user@host:80',
        'http://host',
        'host/path',
        'a b',
        'a\u0000b',
        'a\nb',
        '-oX',
        '-oX:80',
        'h%00'
      ],
      [
        '[::1',
        '[]:80',
        '[host]:80',
        '[::1]80',
        '::1:99999x',
        '1:2:3',
        ':::',
        '1::2::3',
        '[::1%]:1'
      ],
      [
        '256.1.1.1',
        '1.2.3',
        '127.1:80',
        '01.2.3.4',
        'bücher.example',
        'a..b',
        '.a',
        '-a.b',
        'a-.b'
      ],
      [`${'a'.repeat(64)}.b`, `${'a.'.repeat(127)}a`, 'x'.repeat(10_000), 'host:80:90']
    ].flat()
  )('refuses %j', (text) => {
    const result = parseEndpoint(text, 9)
    expect(Result.isFailure(result) && /^\S.*[^.]$/.test(result.failure)).toBe(true)
  })

  it('reads back what it writes', () => {
    const hosts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain())
    fc.assert(
      fc.property(hosts, fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        expect(parseEndpoint(formatEndpoint({ host, port }), 9)).toEqual(
          Result.succeed({ host, port })
        )
      }),
      { numRuns: 2000 }
    )
  })

  it('tells addresses from names', () => {
    fc.assert(fc.property(fc.ipV4(), (text) => isIpv4(text) && !isIpv6(text)))
    fc.assert(fc.property(fc.ipV6(), (text) => isIpv6(text) && !isIpv4(text)))
    expect(['1:2:3:4:5:6:7:8:9', '12345::', 'g::', '1.2.3.4::', ''].map(isIpv6)).toEqual(
      Array(5).fill(false)
    )
  })
})

describe('nearestName', () => {
  it('counts typing mistakes', () => {
    expect(typingDistance('help', 'hlep')).toBe(1)
    expect(typingDistance('', 'abc')).toBe(3)
    expect(typingDistance('kitten', 'sitting')).toBe(3)
  })

  it('prefers an unfinished word, and gives up on strange ones', () => {
    expect(nearestName('/q', ['/help', '/quit'])).toBe('/quit')
    expect(nearestName('/zzzzzz', ['/help', '/quit'])).toBeUndefined()
  })
})
