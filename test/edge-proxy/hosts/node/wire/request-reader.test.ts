import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteSource } from '#hosts/node/wire/byte-source'
import { ChunkedDecoder } from '#hosts/node/wire/chunked-decoder'
import { defaultLimits, type Limits } from '#hosts/node/wire/limits'
import type { RequestHead } from '#hosts/node/wire/request-head'
import { RequestReader } from '#hosts/node/wire/request-reader'

interface Read {
  requests: { line: string; headers: [string, string, string][]; body: string | undefined }[]
  refused: number | undefined
}

/** What a reader makes of bytes that come in these pieces, each request taken as soon as it is there. */
const read = async (pieces: Buffer[], limits: Partial<Limits> = {}): Promise<Read> => {
  const outcome: Read = { requests: [], refused: undefined }
  const bodies: Promise<void>[] = []
  const reader: RequestReader = new RequestReader(
    { ...defaultLimits, ...limits },
    {
      begun() {},
      request(head: RequestHead, _bytes: number, body: ByteSource | undefined) {
        const { headers } = head
        const entry: Read['requests'][number] = {
          line: `${head.method} ${head.path} ${head.query} ${head.version} ${head.persistent}`,
          headers: headers.keys.map((key, at) => [
            key,
            headers.names[at] as string,
            headers.values[at] as string,
          ]),
          body: undefined,
        }
        outcome.requests.push(entry)
        if (body) {
          bodies.push(
            body.collect().then(
              (bytes) => {
                entry.body = Buffer.from(bytes).toString('latin1')
              },
              () => {
                entry.body = 'broken'
              },
            ),
          )
        }
      },
      refused(status) {
        outcome.refused = status
      },
      progressed() {},
      whole() {},
      wanted() {},
      pause() {},
      resume() {},
      cancelled() {},
    },
  )
  for (const piece of pieces) {
    // As the sockets do: the memory of a piece is used again for the next.
    const lent = Buffer.from(piece)
    reader.receive(lent)
    lent.fill(0x21)
    while (reader.isWhole && reader.isAhead) reader.next()
    if (reader.isWhole) reader.next()
  }
  if (reader.inBody) reader.abort(new Error('no more'))
  await Promise.all(bodies)
  return outcome
}

const readText = (text: string, limits: Partial<Limits> = {}) =>
  read([Buffer.from(text, 'latin1')], limits)

describe('the request reader', () => {
  it('keeps names as received, lower-case keys, values without the space around them', async () => {
    const { requests } = await readText(
      'GET /a%20b?x=1&y HTTP/1.1\r\nHost: a.test\r\nX-Odd:  \t v a l \t\r\nEMPTY:\r\nx-odd: \xe9\r\n\r\n',
    )
    expect(requests).toEqual([
      {
        line: 'GET /a%20b x=1&y 1.1 true',
        headers: [
          ['host', 'Host', 'a.test'],
          ['x-odd', 'X-Odd', 'v a l'],
          ['empty', 'EMPTY', ''],
          ['x-odd', 'x-odd', '\xe9'],
        ],
        body: undefined,
      },
    ])
  })

  it('tells a bare question mark from no question mark', async () => {
    expect((await readText('GET /a? HTTP/1.1\r\nHost: a\r\n\r\n')).requests[0]?.line).toBe(
      'GET /a  1.1 true',
    )
    expect((await readText('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')).requests[0]?.line).toBe(
      'GET /a undefined 1.1 true',
    )
  })

  it('takes the host of an absolute target in place of the Host line', async () => {
    const { requests } = await readText(
      'GET http://b.test:81/p?q HTTP/1.1\r\nHost: a.test\r\n\r\nGET HTTPS://c.test HTTP/1.1\r\nHost: a.test\r\n\r\n',
    )
    expect(requests.map(({ line, headers }) => [line, headers[0]?.[2]])).toEqual([
      ['GET /p q 1.1 true', 'b.test:81'],
      ['GET / undefined 1.1 true', 'c.test'],
    ])
  })

  it.each([
    ['HTTP/1.1 without Connection', 'HTTP/1.1', '', true],
    ['HTTP/1.1 with close', 'HTTP/1.1', 'Connection: close\r\n', false],
    ['HTTP/1.1 with close in a list', 'HTTP/1.1', 'Connection: Foo, Close\r\n', false],
    ['HTTP/1.0 without Connection', 'HTTP/1.0', '', false],
    ['HTTP/1.0 with keep-alive', 'HTTP/1.0', 'Connection: Keep-Alive\r\n', true],
    ['HTTP/1.0 with both', 'HTTP/1.0', 'Connection: keep-alive, close\r\n', false],
    ['a later minor version', 'HTTP/1.2', '', true],
  ])('knows whether the connection stays open: %s', async (_title, version, lines, persistent) => {
    const { requests } = await readText(`GET / ${version}\r\nHost: a\r\n${lines}\r\n`)
    expect(requests[0]?.line.endsWith(String(persistent))).toBe(true)
  })

  it.each([
    ['a length', 'Content-Length: 5\r\n\r\nhello', 'hello'],
    [
      'chunks',
      'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;a=b;c="d e"\r\n!\r\n0\r\n\r\n',
      'hello!',
    ],
    [
      'chunks in other spelling',
      'transfer-encoding: CHUNKED\r\n\r\n0A\r\n0123456789\r\n00\r\n\r\n',
      '0123456789',
    ],
    ['a trailer', 'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n', 'x'],
  ])('reads a body by %s and finds the request behind it', async (_title, rest, body) => {
    const { requests, refused } = await readText(
      `POST / HTTP/1.1\r\nHost: a\r\n${rest}GET /next HTTP/1.1\r\nHost: a\r\n\r\n`,
    )
    expect(refused).toBeUndefined()
    expect(requests[0]?.body).toBe(body)
    expect(requests[1]?.line).toBe('GET /next undefined 1.1 true')
  })

  const refusals: [title: string, status: number, text: string][] = [
    [
      'Content-Length and Transfer-Encoding (CL.TE)',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
    ],
    [
      'Transfer-Encoding and Content-Length (TE.CL)',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n',
    ],
    [
      'two equal Content-Lengths',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx',
    ],
    [
      'two different Content-Lengths',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    ],
    [
      'a list as Content-Length',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx',
    ],
    ['a signed Content-Length', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx'],
    ['a negative Content-Length', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx'],
    [
      'a hexadecimal Content-Length',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx',
    ],
    ['an empty Content-Length', 400, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nx'],
    [
      'a Content-Length with a space inside',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\nx',
    ],
    [
      'a Content-Length beyond what numbers hold',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nx',
    ],
    [
      'two Transfer-Encodings (TE.TE)',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n',
    ],
    [
      'an unknown Transfer-Encoding',
      501,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a disguised Transfer-Encoding',
      501,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a Transfer-Encoding with a control character',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'Transfer-Encoding in HTTP/1.0',
      400,
      'POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a space before the colon',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a tab before the colon', 400, 'GET / HTTP/1.1\r\nHost\t: a\r\n\r\n'],
    ['a folded line', 400, 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n'],
    ['a fold in the first line', 400, 'GET / HTTP/1.1\r\n Host: a\r\n\r\n'],
    ['a line without colon', 400, 'GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n'],
    ['a line without name', 400, 'GET / HTTP/1.1\r\nHost: a\r\n: v\r\n\r\n'],
    ['a control character in a name', 400, 'GET / HTTP/1.1\r\nHost: a\r\nX\x01: v\r\n\r\n'],
    ['a byte above 127 in a name', 400, 'GET / HTTP/1.1\r\nHost: a\r\nX\xe9: v\r\n\r\n'],
    ['NUL in a value', 400, 'GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n'],
    ['DEL in a value', 400, 'GET / HTTP/1.1\r\nHost: a\r\nX: a\x7fb\r\n\r\n'],
    ['a bare CR in a value', 400, 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n'],
    ['a bare LF as line end', 400, 'GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n'],
    ['LF only', 400, 'GET / HTTP/1.1\nHost: a\n\n'],
    ['CR only', 400, 'GET / HTTP/1.1\rHost: a\r\r'],
    [
      'a smuggled line behind a bare LF',
      400,
      'POST / HTTP/1.1\r\nHost: a\r\nX: 1\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc',
    ],
    ['no Host in HTTP/1.1', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 400, 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n'],
    ['two Hosts in HTTP/1.0', 400, 'GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['an empty Host', 400, 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
    ['a Host with a path', 400, 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['a Host with user information', 400, 'GET / HTTP/1.1\r\nHost: u@a\r\n\r\n'],
    ['a Host with a space', 400, 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
    ['a list of Hosts', 400, 'GET / HTTP/1.1\r\nHost: a:80:81\r\n\r\n'],
    ['a Host with a port that is no number', 400, 'GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n'],
    [
      'an absolute target with user information',
      400,
      'GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    ['an absolute target of another scheme', 400, 'GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an asterisk target', 400, 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a target without slash', 400, 'GET a HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a space in the target', 400, 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['two spaces before the target', 400, 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a control character in the target', 400, 'GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a method in lower case', 400, 'get / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a TLS handshake', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc'],
    ['no version', 400, 'GET /\r\nHost: a\r\n\r\n'],
    ['another protocol', 400, 'GET / HTTQ/1.1\r\nHost: a\r\n\r\n'],
    ['spaces behind the version', 400, 'GET / HTTP/1.1 \r\nHost: a\r\n\r\n'],
    ['version 2 in this syntax', 505, 'GET / HTTP/2.0\r\nHost: a\r\n\r\n'],
    ['version 0.9', 400, 'GET / HTTP/0.9\r\nHost: a\r\n\r\n'],
    ['CONNECT', 400, 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['TRACE', 405, 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ]
  it.each(refusals)('refuses %s with %d', async (_title, status, text) => {
    const { requests, refused } = await readText(`${text}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`)
    expect(refused).toBe(status)
    expect(requests).toEqual([])
  })

  it.each([
    ['no size', '\r\nx\r\n0\r\n\r\n'],
    ['a size that is no number', 'g\r\nx\r\n0\r\n\r\n'],
    ['a prefixed size', '0x1\r\nx\r\n0\r\n\r\n'],
    ['a signed size', '+1\r\nx\r\n0\r\n\r\n'],
    ['a negative size', '-1\r\nx\r\n0\r\n\r\n'],
    ['a space before the size', ' 1\r\nx\r\n0\r\n\r\n'],
    ['a space behind the size', '1 \r\nx\r\n0\r\n\r\n'],
    ['a size beyond what numbers hold', 'fffffffffffffffff\r\nx'],
    ['a size that wraps to a small one', '100000000000000001\r\nx\r\n0\r\n\r\n'],
    ['LF behind the size', '1\nx\r\n0\r\n\r\n'],
    ['LF in an extension', '1;a\nb\r\nx\r\n0\r\n\r\n'],
    ['CR in an extension', '1;a\rb\r\nx\r\n0\r\n\r\n'],
    ['NUL in an extension', '1;\x00\r\nx\r\n0\r\n\r\n'],
    ['more data than the size', '1\r\nxy\r\n0\r\n\r\n'],
    ['LF behind the data', '1\r\nx\n0\r\n\r\n'],
    ['an end without CRLF', '0\r\nGET / HTTP/1.1\r\n\r\n'],
    ['a folded trailer', '0\r\nA: b\r\n c\r\n\r\n'],
    ['LF only behind the last chunk', '0\n\n'],
    ['a trailer without end', `0\r\n${'A: b\r\n'.repeat(5000)}`],
    ['extensions without end', `1;${'a'.repeat(20_000)}`],
  ])('refuses chunks with %s', async (_title, chunks) => {
    const { requests, refused } = await readText(
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`,
    )
    expect(refused).toBe(400)
    expect(requests).toEqual([])
  })

  it('gives many small chunks on in one piece for each read', () => {
    const decoder = new ChunkedDecoder()
    const pieces: string[] = []
    const bytes = Buffer.from(`${'1\r\nx\r\n2;e=1\r\nyz\r\n'.repeat(500)}0\r\n\r\nbehind`)
    const end = decoder.decode(bytes, 0, (data) => pieces.push(data.toString()))
    expect(pieces).toEqual(['xyz'.repeat(500)])
    expect([decoder.done, bytes.subarray(end).toString()]).toEqual([true, 'behind'])
  })

  it.each([
    ['a target that is too long', 414, `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ['a target that is too long and never ends', 414, `GET /${'a'.repeat(9000)}`],
    [
      'a line that is too long',
      400,
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`,
    ],
    ['too many lines', 400, `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(1200)}\r\n`],
    ['a head that never ends', 400, `GET / HTTP/1.1\r\n${'X: aaaaaaaaaaaa\r\n'.repeat(3000)}`],
  ])('refuses %s with %d', async (_title, status, text) => {
    expect((await readText(text)).refused).toBe(status)
  })

  it('refuses a body that is announced, or turns out, longer than the limit', async () => {
    const limits = { body_bytes: 10 }
    expect(
      (await readText('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n', limits)).refused,
    ).toBe(413)
    const chunked =
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\n'
    expect((await readText(`${chunked}ghijk\r\n0\r\n\r\n`, limits)).refused).toBe(413)
    const { requests, refused } = await read(
      [Buffer.from(chunked), Buffer.from('ghijk\r\n')],
      limits,
    )
    expect(refused).toBe(413)
    expect(requests[0]?.body).toBe('broken')
    expect(
      (await readText('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789', limits))
        .requests[0]?.body,
    ).toBe('0123456789')
  })

  it('skips empty lines before a request', async () => {
    expect((await readText('\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n')).requests).toHaveLength(1)
  })

  it('reads the same from any split of the bytes', async () => {
    const samples = [
      'GET /a?b HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\nGET /c HTTP/1.1\r\nHost: a\r\n\r\n',
      'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello worldGET /next HTTP/1.1\r\nHost: b\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nabcd\r\n10\r\n0123456789abcdef\r\n0\r\nT: 1\r\n\r\nGET /next HTTP/1.0\r\n\r\n',
      '\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n',
      ...refusals.map(([, , text]) => `GET / HTTP/1.1\r\nHost: a\r\n\r\n${text}`),
    ]
    const pieces = (text: string, cuts: number[]): Buffer[] => {
      const bytes = Buffer.from(text, 'latin1')
      const ends = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b)
      return [0, ...ends].map((start, at) => bytes.subarray(start, ends[at] ?? bytes.length))
    }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(fc.nat(400), { maxLength: 30 }),
        async (text, cuts) => {
          expect(await read(pieces(text, cuts))).toEqual(await readText(text))
        },
      ),
      { numRuns: 400 },
    )
    for (const text of samples) {
      const single = [...Buffer.from(text, 'latin1')].map((byte) => Buffer.from([byte]))
      expect(await read(single)).toEqual(await readText(text))
    }
  })

  it('never takes rubbish for more than it says', async () => {
    const alphabet = [
      'GET',
      'POST',
      ' ',
      '/',
      'HTTP/1.1',
      '\r\n',
      '\r',
      '\n',
      'Host',
      ':',
      'a',
      'Content-Length',
      'Transfer-Encoding',
      'chunked',
      '5',
      '0',
      '\t',
      '\0',
      '\xff',
      'hello',
      ';',
      ',',
    ]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...alphabet), { maxLength: 40 }), async (words) => {
        const { requests } = await readText(words.join(''))
        for (const { headers } of requests) {
          for (const [, name, value] of headers) expect(`${name}${value}`).not.toMatch(/[\r\n\0]/)
          const keys = headers.map(([key]) => key)
          expect(keys.includes('content-length') && keys.includes('transfer-encoding')).toBe(false)
        }
      }),
      { numRuns: 500 },
    )
  })
})
