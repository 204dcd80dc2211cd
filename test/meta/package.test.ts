/**
 * Goal: what a user installs and what a helper reads is whole: package.json, change log, links.
 * Method: the files are read; what they name must be there.
 */
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import { projectFiles, root, textOf } from './project.ts'

interface Package {
  readonly bin: Readonly<Record<string, string>>
  readonly man: string
  readonly engines: { readonly node: string }
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const project = JSON.parse(textOf('package.json')) as Package
const lock = JSON.parse(textOf('package-lock.json')) as {
  readonly packages: Readonly<Record<string, { readonly devDependencies?: unknown }>>
}

/** GitHub's name of a heading. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')

const anchorsOf = (path: string): readonly string[] =>
  [...textOf(path).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => slug(heading))

/** Links of a page that lead nowhere. Code is left out: what looks like a link there is none. */
const brokenLinks = (path: string): readonly string[] => {
  const text = textOf(path).replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^(https?:|mailto:)/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : join(dirname(path), decodeURIComponent(file))
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor)
    })
    .map((link) => `${path}: ${link}`)
}

describe('package.json', () => {
  it('names a program that is there and may be run', () => {
    const bin = join(root, project.bin['earshot'] ?? '')
    expect(statSync(bin).mode & 0o111).toBe(0o111)
    expect(existsSync(join(root, project.man))).toBe(true)
  })

  it('pins every version exactly', () => {
    const loose = Object.entries(project.devDependencies).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version)
    )
    expect(loose).toEqual([])
  })

  it('asks the user for no package: all that runs is bundled', () => {
    expect(project.dependencies).toBeUndefined()
  })

  it('agrees with the lock file', () => {
    expect(lock.packages['']?.devDependencies).toEqual(project.devDependencies)
  })

  it('asks for the Node that the program itself asks for', () => {
    const [, major, minor] = /WANTED = \[(\d+), (\d+)\]/.exec(textOf('bin/earshot')) ?? []
    expect(project.engines.node).toBe(`>=${major}.${minor}`)
  })

  it('has scripts whose files are there', () => {
    const missing = Object.values(project.scripts)
      .flatMap((script) => script.match(/[\w./-]+\.ts\b/g) ?? [])
      .filter((file) => !existsSync(join(root, file)))
    expect(missing).toEqual([])
  })
})

describe('the papers', () => {
  it('tell what changed', () => {
    expect(textOf('CHANGELOG.md')).toMatch(/^## Unreleased\n[\s\S]*?^- \S/m)
  })

  it('have no link that leads nowhere', () => {
    const pages = projectFiles().filter((path) => path.endsWith('.md'))
    expect(pages).toContain('docs/ARCHITECTURE.md')
    expect(pages.flatMap(brokenLinks)).toEqual([])
  })
})
