import type { EntityProblem } from '#engine/protocol'

/** A configuration that this runtime will not run, with the reason for the operator and for each entity at fault. */
export class ConfigurationRefused extends Error {
  override name = 'ConfigurationRefused'
  readonly problems: EntityProblem[]
  /** The version that was refused, when it is known. */
  readonly version: number | undefined

  constructor(reason: string, problems: EntityProblem[] = [], version?: number) {
    super(reason)
    this.problems = problems
    this.version = version
  }

  /** Any failure on the way into use, as the refusal of that version. */
  static from(error: unknown, version: number | undefined): ConfigurationRefused {
    const reason = error instanceof Error ? error.message : String(error)
    const problems = error instanceof ConfigurationRefused ? error.problems : []
    const known = error instanceof ConfigurationRefused ? error.version : undefined
    return new ConfigurationRefused(reason, problems, known ?? version)
  }
}
