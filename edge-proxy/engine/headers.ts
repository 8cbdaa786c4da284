/**
 * The header lines of a message, in order, names as received. Lookups take lower-case names. Flat and linear: messages
 * have a dozen lines, and a scan of a dozen strings is cheaper than any map.
 */
export class HeaderList {
  /** Lower-case names. */
  readonly keys: string[] = []
  /** Names as they go on the wire. */
  readonly names: string[] = []
  readonly values: string[] = []

  static from(lines: Iterable<[string, string]>): HeaderList {
    const list = new HeaderList()
    for (const [name, value] of lines) list.append(name, value)
    return list
  }

  get size(): number {
    return this.keys.length
  }

  /** The value of the first line of that name. */
  get(key: string): string | undefined {
    const at = this.keys.indexOf(key)
    return at < 0 ? undefined : this.values[at]
  }

  has(key: string): boolean {
    return this.keys.includes(key)
  }

  /** The values of all lines of that name. */
  getAll(key: string): string[] {
    const found: string[] = []
    for (let at = 0; at < this.keys.length; at++) {
      if (this.keys[at] === key) found.push(this.values[at] as string)
    }
    return found
  }

  /** Adds a line. Callers that know the lower-case name pass it. */
  append(name: string, value: string, key: string = name.toLowerCase()): void {
    this.keys.push(key)
    this.names.push(name)
    this.values.push(value)
  }

  /** Replaces all lines of that name by one, in place of the first. */
  set(name: string, value: string, key: string = name.toLowerCase()): void {
    const at = this.keys.indexOf(key)
    if (at < 0) {
      this.append(name, value, key)
      return
    }
    this.values[at] = value
    this.names[at] = name
    for (let next = this.keys.indexOf(key, at + 1); next >= 0; next = this.keys.indexOf(key, next))
      this.remove(next)
  }

  delete(key: string): void {
    for (let at = this.keys.indexOf(key); at >= 0; at = this.keys.indexOf(key, at)) this.remove(at)
  }

  clone(): HeaderList {
    const copy = new HeaderList()
    copy.keys.push(...this.keys)
    copy.names.push(...this.names)
    copy.values.push(...this.values)
    return copy
  }

  *[Symbol.iterator](): Generator<[name: string, value: string]> {
    for (let at = 0; at < this.keys.length; at++)
      yield [this.names[at] as string, this.values[at] as string]
  }

  private remove(at: number): void {
    this.keys.splice(at, 1)
    this.names.splice(at, 1)
    this.values.splice(at, 1)
  }
}
