/**
 * The types of the library as one file that needs nobody else's: what the compiler emits for its
 * entry, and of the files behind it exactly the declarations that the entry's lead to.
 *
 * A program that uses the library compiles without effect, so a declaration that leads to a type of
 * another package fails the build. The one such type that we use is replaced: an id is a text there.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix, relative, sep } from 'node:path'

/** Emitted declarations by path, as `library/api.d.ts`. */
export type Emitted = ReadonlyMap<string, string>

/** Declarations that read otherwise outside, by name. */
const REPLACED: Readonly<Record<string, string>> = {
  PeerId: '/** Who a peer is: 56 characters of lower-case base32. */\ntype PeerId = string;'
}

interface Reference {
  readonly file: string
  readonly name: string
}

interface Module {
  /** Top-level declarations by name, with their comments. */
  readonly declarations: ReadonlyMap<string, string>
  /** What names of other files mean here; without a file: of another package. */
  readonly imports: ReadonlyMap<string, Reference | undefined>
  /** Exported again under their own names, in order. */
  readonly passedOn: readonly (Reference & { readonly isType: boolean })[]
}

const COMMENT_OR_TEXT = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g
const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(const|class|function|interface|type|enum|namespace) (\w+)/
const NAMED = /^(import|export)( type)? \{([^}]*)\} from '([^']+)';?$/
const BLOCKS: ReadonlySet<string | undefined> = new Set(['class', 'interface', 'enum', 'namespace'])

/** The same length, with nothing in comments and strings that could be taken for code. */
const masked = (text: string): string =>
  text.replace(COMMENT_OR_TEXT, (hidden) => hidden.replaceAll(/[^\n]/g, ' '))

/** Where the statement that begins at `start` ends: behind its `;`, or the last brace of a block. */
const endOf = (code: string, start: number): number => {
  const kind = DECLARATION.exec(code.slice(start))?.[1]
  let depth = 0
  for (let at = start; at < code.length; at++) {
    const char = code[at] ?? ''
    if ('{(['.includes(char)) depth++
    else if ('})]'.includes(char)) depth--
    if (depth > 0) continue
    // The braces of a type argument, as in `extends Base<{ … }> { … }`, do not end a block.
    const closes = char === '}' && BLOCKS.has(kind) && !/^\s*[>,]/.test(code.slice(at + 1))
    if (char === ';' || closes) return at + 1
  }
  return code.length
}

/** The statements of a file, each with the comment in front of it. */
const statementsOf = (
  text: string
): readonly { readonly code: string; readonly text: string }[] => {
  const code = masked(text)
  const statements: { readonly code: string; readonly text: string }[] = []
  let from = 0
  for (;;) {
    const start = code.slice(from).search(/\S/) + from
    if (start < from) return statements
    const end = endOf(code, start)
    const comment = text.slice(from, start).match(/\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/)?.[0] ?? ''
    statements.push({
      code: text.slice(start, end),
      text: `${comment.trim()}\n${text.slice(start, end)}`.trim()
    })
    from = end
  }
}

const fileOf = (from: string, specifier: string): string | undefined =>
  specifier.startsWith('.')
    ? posix.join(posix.dirname(from), specifier.replace(/\.ts$/, '.d.ts'))
    : undefined

const readModule = (file: string, text: string): Module => {
  const declarations = new Map<string, string>()
  const imports = new Map<string, Reference | undefined>()
  const passedOn: (Reference & { isType: boolean })[] = []
  for (const statement of statementsOf(text)) {
    const declared = DECLARATION.exec(statement.code)?.[2]
    const named = NAMED.exec(statement.code.replaceAll(/\s+/g, ' '))
    const namespace = /^import (?:type )?\* as (\w+)/.exec(statement.code)?.[1]
    if (declared !== undefined) declarations.set(declared, statement.text)
    else if (namespace !== undefined) imports.set(namespace, undefined)
    else if (named !== null) {
      const [, verb, type, names = '', specifier = ''] = named
      const target = fileOf(file, specifier)
      for (const part of names
        .split(',')
        .map((each) => each.trim())
        .filter(Boolean)) {
        const [name = '', local = name] = part.replace(/^type /, '').split(' as ')
        const isType = type !== undefined || part.startsWith('type ')
        if (verb === 'import')
          imports.set(local, target === undefined ? undefined : { file: target, name })
        else if (target !== undefined) passedOn.push({ file: target, name, isType })
      }
    } else if (!/^(import|export) /.test(statement.code))
      throw new Error(`${file}: not understood: ${statement.code.slice(0, 80)}`)
  }
  return { declarations, imports, passedOn }
}

const bare = (declaration: string): string =>
  declaration.replace(/^((?:\/\*\*[\s\S]*?\*\/\s*)?)export /, '$1')

/** @throws Error where the entry leads to a type of another package, or to two of one name. */
export const bundleTypes = (emitted: Emitted, entry: string): string => {
  const modules = new Map<string, Module>()
  const moduleOf = (file: string): Module => {
    const text = emitted.get(file)
    if (text === undefined) throw new Error(`${file} was not emitted`)
    const known = modules.get(file) ?? readModule(file, text)
    modules.set(file, known)
    return known
  }
  const taken = new Map<string, string>()
  const written: string[] = []

  const follow = (file: string, name: string): void => {
    if (taken.get(name) === file) return
    if (taken.has(name))
      throw new Error(`two types are called ${name}: ${taken.get(name)}, ${file}`)
    const { declarations, imports } = moduleOf(file)
    const declaration = REPLACED[name] ?? declarations.get(name)
    if (declaration === undefined) throw new Error(`${file} declares no ${name}`)
    taken.set(name, file)
    const words = new Set(masked(declaration).match(/[A-Za-z_$][\w$]*/g))
    words.delete(name)
    for (const word of words) {
      if (declarations.has(word)) follow(file, word)
      const imported = imports.get(word)
      if (imported !== undefined) follow(imported.file, imported.name)
      else if (imports.has(word))
        throw new Error(`${file}: ${name} needs ${word} of another package`)
    }
    written.push(bare(declaration))
  }

  const { declarations, passedOn } = moduleOf(entry)
  const own = [...declarations.keys()].map((name) => ({ file: entry, name, isType: false }))
  const exported = [...own, ...passedOn]
  for (const { file, name } of exported) follow(file, name)
  const listed = (types: boolean): string =>
    exported
      .filter(({ isType }) => isType === types)
      .map(({ name }) => name)
      .join(', ')
  return [
    "/** The types of Earshot's library, made from its sources. docs/LIBRARY.md explains them. */",
    ...written,
    `export { ${listed(false)} };`,
    `export type { ${listed(true)} };`,
    ''
  ].join('\n')
}

const root = import.meta.dirname

/** Compiles the library's declarations, and bundles them. */
export const libraryTypes = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-types-'))
  try {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const args = [tsc, '-p', 'tsconfig.types.json', '--outDir', folder]
    execFileSync(process.execPath, args, { cwd: root, stdio: 'pipe' })
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    const emitted = new Map(
      files
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name))
        .map((path) => [relative(folder, path).replaceAll(sep, '/'), readFileSync(path, 'utf8')])
    )
    return bundleTypes(emitted, 'library/earshot.d.ts')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
