import { type Environment, InvalidOption } from '../shared/settings.ts'
import { type LogLevel, levels } from './log.ts'

/** How the log is written. Throws InvalidOption naming the variable. */
export const readLogOptions = ({
  TIDEGATE_LOG_LEVEL: level = 'info',
  TIDEGATE_LOG_FORMAT: format = 'text',
}: Environment): { level: LogLevel; format: 'text' | 'json' } => {
  const known = levels.find((candidate) => candidate === level.toLowerCase())
  if (known === undefined)
    throw new InvalidOption(`TIDEGATE_LOG_LEVEL takes one of: ${levels.join(', ')}`)
  if (format !== 'text' && format !== 'json')
    throw new InvalidOption('TIDEGATE_LOG_FORMAT takes text or json')
  return { level: known, format }
}
