import { connect } from 'node:net'
import { CONNECTIONS, PATH, requestLines } from './load.ts'

/** Loads a port by raw sockets, where wrk is not installed. Arguments: port, seconds. Tells its parent how it went. */
const [port = 0, seconds = 1] = process.argv.slice(2).map(Number)

const request = [
  `GET ${PATH} HTTP/1.1`,
  `Host: 127.0.0.1:${port}`,
  ...requestLines.map(([name, value]) => `${name}: ${value}`),
  '\r\n',
].join('\r\n')

let requests = 0
let open = CONNECTIONS
let wrong = ''
const began = performance.now()
const until = began + seconds * 1000

const end = (problem = '') => {
  wrong ||= problem
  if (--open > 0) return
  const outcome = wrong ? { wrong } : { requests, seconds: (performance.now() - began) / 1000 }
  process.send?.(outcome, undefined, undefined, () => process.disconnect())
}

for (let at = 0; at < CONNECTIONS; at++) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let heard = ''
  socket.on('connect', () => socket.write(request))
  socket.on('error', (error) => end(error.message))
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1')
    const head = heard.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = Number(/content-length: (\d+)/i.exec(heard.slice(0, head))?.[1])
    if (heard.length < head + 4 + length) return
    const problem = heard.startsWith('HTTP/1.1 200') ? '' : heard.slice(0, heard.indexOf('\r\n'))
    heard = ''
    requests++
    if (problem || performance.now() > until) {
      socket.destroy()
      end(problem)
    } else socket.write(request)
  })
}
