import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { diskStore } from '../../../../edge-proxy/hosts/node/disk.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-disk-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('disk', () => {
  it('gives back what it was given, also to the next process', async () => {
    const store = await diskStore(folder)
    await store.saveRegistration('who')
    await store.saveSnapshot('first', false)
    const next = await diskStore(folder)
    expect(await next.loadRegistration()).toBe('who')
    expect(await next.loadSnapshot('current')).toBe('first')
    expect(await next.loadSnapshot('previous')).toBe('first')
  })

  it('has nothing at the first start', async () => {
    const store = await diskStore(join(folder, 'new', 'home'))
    expect(await store.loadRegistration()).toBeUndefined()
    expect(await store.loadSnapshot('current')).toBeUndefined()
  })

  it('keeps the current snapshot as the previous one when it is good', async () => {
    const store = await diskStore(folder)
    await store.saveSnapshot('first', true)
    await store.saveSnapshot('second', true)
    expect(await store.loadSnapshot('current')).toBe('second')
    expect(await store.loadSnapshot('previous')).toBe('first')
  })

  it('keeps the previous snapshot when the current one is spoilt', async () => {
    const store = await diskStore(folder)
    await store.saveSnapshot('first', false)
    await store.saveSnapshot('spoilt', true)
    await store.saveSnapshot('third', false)
    expect(await store.loadSnapshot('current')).toBe('third')
    expect(await store.loadSnapshot('previous')).toBe('first')
  })

  it('lets nobody else read', async () => {
    const home = join(folder, 'home')
    const store = await diskStore(home)
    await store.saveRegistration('key of the group')
    await store.saveSnapshot('first', false)
    expect(await modeOf(home)).toBe('700')
    for (const name of await readdir(home)) expect(await modeOf(join(home, name))).toBe('600')
  })

  it('closes a folder that was open to others', async () => {
    await chmod(folder, 0o755)
    await diskStore(folder)
    expect(await modeOf(folder)).toBe('700')
  })

  it('leaves the old file and nothing else when the new one cannot take its place', async () => {
    const store = await diskStore(folder)
    await store.saveSnapshot('first', false)
    // A folder where the previous one would go: the rename fails after the new file was written.
    await rm(join(folder, 'snapshot.previous.json'))
    await mkdir(join(folder, 'snapshot.previous.json', 'inside'), { recursive: true })
    await expect(store.saveSnapshot('second', true)).rejects.toThrow()
    expect(await store.loadSnapshot('current')).toBe('first')
    expect(await readdir(folder)).toEqual(['snapshot.json', 'snapshot.previous.json'])
  })

  it('says which option moves a folder that cannot be used', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(diskStore(join(folder, 'file', 'home'))).rejects.toThrow(
      `cannot use ${join(folder, 'file', 'home')} for state (ENOTDIR): choose another folder with --home or TIDEGATE_RUNTIME_HOME`,
    )
  })
})
