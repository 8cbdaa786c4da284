import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** CPU time of a process so far, in microseconds. */
export type Figures = () => Promise<number>

/** In a process under measurement: says that it is ready, and answers its CPU time whenever it is asked. */
export const answerFigures = (): void => {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpu: user + system })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ ready: true })
}

/** CPU time of a process that was started with `answerFigures`. */
export const figuresOf =
  (child: ChildProcess): Figures =>
  () =>
    new Promise((resolve, reject) => {
      const gone = () => reject(new Error('a process under measurement ended'))
      child.once('exit', gone)
      child.once('message', (message) => {
        child.off('exit', gone)
        resolve((message as { cpu: number }).cpu)
      })
      child.send({})
    })

/** Length of a tick of /proc on Linux. */
const TICK_US = 10_000

/** CPU time of any process, by Linux's /proc. */
export const figuresOfProcess =
  (pid: number): Figures =>
  async () => {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_US
  }
