import description from '../../../package.json' with { type: 'json' }

/** Version of the software, as runtimes report it. */
export const version: string = description.version
