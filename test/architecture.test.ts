import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const LONGEST = 500

/** Which packages and folders each folder may import, besides itself. The most specific folder that matches decides. */
const rules: { folder: string; folders: string[]; packages: RegExp }[] = [
  { folder: 'edge-proxy/model', folders: [], packages: /^(zod|re2js|@noble\/hashes)(\/|$)/ },
  {
    folder: 'edge-proxy/engine',
    folders: ['edge-proxy/model'],
    packages: /^(zod|re2js|jose|@noble\/hashes)(\/|$)/,
  },
  {
    folder: 'edge-proxy/plugins',
    folders: ['edge-proxy/engine', 'edge-proxy/model'],
    packages: /^(zod|re2js)(\/|$)/,
  },
  {
    folder: 'edge-proxy/hosts/shared',
    folders: ['edge-proxy/engine', 'edge-proxy/plugins', 'edge-proxy/model'],
    packages: /^(zod|jose)(\/|$)/,
  },
  {
    folder: 'edge-proxy/hosts/node',
    folders: ['edge-proxy/hosts', 'edge-proxy/engine', 'edge-proxy/plugins', 'edge-proxy/model'],
    packages: /^(node:|zod$|jose$)/,
  },
  {
    folder: 'edge-proxy/hosts/worker',
    folders: ['edge-proxy/hosts', 'edge-proxy/engine', 'edge-proxy/plugins', 'edge-proxy/model'],
    packages: /^(cloudflare:|zod$|jose$)/,
  },
  {
    folder: 'workers/db',
    folders: [
      'workers/env.ts',
      'workers/api',
      'workers/modules',
      'edge-proxy/engine',
      'edge-proxy/model',
      'edge-proxy/plugins',
    ],
    packages: /^(drizzle-orm|zod|cloudflare:)/,
  },
  {
    folder: 'workers/api',
    folders: [
      'workers/db',
      'workers/modules',
      'workers',
      'edge-proxy/engine',
      'edge-proxy/model',
      'edge-proxy/plugins',
    ],
    packages: /^(hono|drizzle-orm|zod|yaml|cloudflare:)/,
  },
  {
    folder: 'workers/modules',
    folders: [
      'workers/api',
      'workers/db',
      'workers',
      'edge-proxy/engine',
      'edge-proxy/model',
      'edge-proxy/plugins',
      'edge-proxy/hosts',
    ],
    packages:
      /^(node:crypto$|hono|drizzle-orm|zod|jose|yaml|better-auth|@better-auth|itty-durable|itty-router|cloudflare:)/,
  },
  { folder: 'workers/local', folders: ['workers', 'edge-proxy'], packages: /./ },
  { folder: 'workers/cli', folders: ['edge-proxy'], packages: /./ },
  { folder: 'workers', folders: ['workers'], packages: /^(hono|cloudflare:|drizzle-orm)/ },
  {
    folder: 'console',
    folders: ['edge-proxy/model'],
    packages:
      /^(solid-js|@solidjs\/router|@kobalte\/core|lucide-solid|uplot|vite|vite-plugin-solid|@tailwindcss\/vite|node:)/,
  },
]

interface Import {
  file: string
  target: string
  /** A folder of ours, or a package. */
  ours: boolean
}

const files = ['edge-proxy', 'workers', 'console'].flatMap((folder) => walk(join(ROOT, folder)))
const imports = files.flatMap(importsOf)

describe('import rules', () => {
  it('sees the files it judges', () => {
    expect(files.length).toBeGreaterThan(60)
    expect(imports.length).toBeGreaterThan(200)
  })

  it('every import is one that the table of ARCHITECTURE.md allows', () => {
    expect(
      imports
        .filter((found) => !allowed(found))
        .map(({ file, target }) => `${file} imports ${target}`),
    ).toEqual([])
  })

  it('a plugin never imports another plugin', () => {
    const between = imports.filter(
      ({ file, target, ours }) =>
        ours &&
        /^edge-proxy\/plugins\/[^/]+$/.test(file) &&
        file !== 'edge-proxy/plugins/index.ts' &&
        /^edge-proxy\/plugins\/[^/]+$/.test(target),
    )
    expect(between).toEqual([])
  })

  it('a module reaches another module only by its index', () => {
    const inside = imports.filter(({ file, target, ours }) => {
      const from = /^workers\/modules\/([^/]+)\//.exec(file)?.[1]
      const to = /^workers\/modules\/([^/]+)\/(.+)$/.exec(target)
      return ours && from !== undefined && to !== null && to[1] !== from && to[2] !== 'index.ts'
    })
    expect(inside).toEqual([])
  })

  it('zod is imported whole, which the bundlers can take apart', () => {
    const named = files.filter((file) =>
      /import (type )?\{[^}]*\} from 'zod'/.test(readFileSync(file, 'utf8')),
    )
    expect(named.map(short)).toEqual([])
  })
})

describe('house rules', () => {
  it(`no file is longer than ${LONGEST} lines`, () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > LONGEST)
    expect(long.map(short)).toEqual([])
  })

  it('no folder or file is called after nothing in particular', () => {
    expect(
      files
        .map(short)
        .filter((file) => /(^|\/)(utils?|helpers?|common|managers?|base)(\/|\.|$)/.test(file)),
    ).toEqual([])
  })
})

function allowed({ file, target, ours }: Import): boolean {
  const rule = rules.find(({ folder }) => within(file, folder))
  if (!rule) return false
  if (!ours) return rule.packages.test(target)
  // the version is told from there
  if (target === 'package.json') return true
  return within(target, rule.folder) || rule.folders.some((folder) => within(target, folder))
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8')
  const found = [
    ...source.matchAll(
      /(?:^|\n)\s*(?:import|export)\s[^'"`]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/g,
    ),
  ]
  return found.map((match) => {
    const specifier = (match[1] ?? match[2] ?? match[3]) as string
    const target = ourPath(file, specifier)
    return { file: short(file), target: target ?? specifier, ours: target !== undefined }
  })
}

function ourPath(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return short(normalize(join(dirname(file), specifier)))
  const alias = /^#(model|engine|plugins|hosts|modules|workers)\/(.+)$/.exec(specifier)
  if (!alias) return undefined
  const [, name, rest] = alias
  if (name === 'modules') return `workers/modules/${rest}/index.ts`
  return `${name === 'workers' ? 'workers' : `edge-proxy/${name}`}/${rest}.ts`
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory())
      return name === 'node_modules' || name === 'dist' ? [] : walk(path)
    return /\.tsx?$/.test(name) && !name.endsWith('.d.ts') ? [path] : []
  })
}

function short(path: string): string {
  return relative(ROOT, path)
}
