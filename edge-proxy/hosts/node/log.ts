import type { Log } from '../shared/log.ts'

export const levels = ['debug', 'info', 'warn', 'error', 'off'] as const
export type LogLevel = (typeof levels)[number]

export interface LogOptions {
  level: LogLevel
  format: 'text' | 'json'
  now: () => number
  /** Takes one line without its end. */
  write: (line: string) => void
}

/** A log of lines: readable text, or one JSON object a line. */
export const createLog = ({ level: least, format, now, write }: LogOptions): Log => {
  const threshold = levels.indexOf(least)
  const line = format === 'json' ? jsonLine : textLine
  return (level, message, facts) => {
    if (levels.indexOf(level) < threshold) return
    write(line(new Date(now()).toISOString(), level, message, facts))
  }
}

type Line = (
  at: string,
  level: string,
  message: string,
  facts: Record<string, unknown> | undefined,
) => string

const jsonLine: Line = (at, level, message, facts) =>
  JSON.stringify({ at, level, message, ...facts })

/** Messages can carry what strangers sent: line ends and control characters in them must not forge lines. */
const textLine: Line = (at, level, message, facts) => {
  const rest = Object.entries(facts ?? {}).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${at} ${level.padEnd(5)} ${message}${rest.join('')}`.replace(controls, escaped)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const controls = /[\u0000-\u001f\u007f-\u009f]/g

const escaped = (character: string): string =>
  `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`

/** Writes lines to standard error. */
export const toStandardError = (line: string): void => {
  process.stderr.write(`${line}\n`)
}
