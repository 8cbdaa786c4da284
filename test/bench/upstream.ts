import { createServer } from 'node:net'
import { answerFigures } from './figures.ts'

/** An upstream for machines without nginx: one fixed answer to each request. Arguments: port, the body. */
const [port, body = ''] = process.argv.slice(2)

const answer = `HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`

createServer({ noDelay: true }, (socket) => {
  let heard = ''
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1')
    const requests = heard.split('\r\n\r\n')
    heard = requests.pop() ?? ''
    if (requests.length > 0) socket.write(answer.repeat(requests.length))
  })
}).listen(Number(port), '127.0.0.1', answerFigures)
