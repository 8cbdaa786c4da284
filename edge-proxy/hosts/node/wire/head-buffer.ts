/** The beginning of a head whose end has not come yet. Grows by doubling: a client that sends single bytes is no burden. */
export class HeadBuffer {
  private bytes: Buffer | undefined
  length = 0

  /** All bytes so far; valid until the next call. */
  append(more: Buffer): Buffer {
    const length = this.length + more.length
    let { bytes } = this
    if (!bytes || bytes.length < length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(1024, length * 2))
      if (bytes) grown.set(bytes.subarray(0, this.length))
      bytes = grown
      this.bytes = grown
    }
    bytes.set(more, this.length)
    this.length = length
    return bytes.subarray(0, length)
  }

  clear(): void {
    this.bytes = undefined
    this.length = 0
  }
}
