import { setTimeout as pause } from 'node:timers/promises'
import type { SnapshotEntity } from '#engine/snapshot'
import { snapshotEntities } from '#engine/standalone'
import { readDeclarative } from '#model/declarative'
import { catalog } from '#plugins/index'
import type { ClientResponse } from './client.ts'
import { checkAnswer, checkOutbound } from './expectations.ts'
import type { HostUnderTest } from './host.ts'
import { match } from './matching.ts'
import {
  type Case,
  type Expectation,
  FLAVOR,
  type Step,
  type VectorFile,
  type VectorRequest,
} from './vectors.ts'
import type { World } from './world.ts'

/** Milliseconds that requests of the gateway itself may arrive after the answer. */
const OUTBOUND_PATIENCE = 6000

/** Runs one case. Answers what did not come out as recorded: nothing when all is well. */
export const runCase = async (
  host: HostUnderTest,
  world: World,
  file: VectorFile,
  item: Case,
): Promise<string[]> => {
  world.reset()
  const refusal = await load(host, item, resolved(file, item.config))
  if (item.expect_config_error !== undefined) {
    if (refusal === undefined) return ['the configuration was accepted']
    return item.expect_config_error
      .filter((text) => !refusal.includes(text))
      .map((text) => `the refusal lacks ${JSON.stringify(text)}: ${refusal}`)
  }
  if (refusal !== undefined) return [`the configuration was refused: ${refusal}`]

  world.mocks = structuredClone(item.mocks)
  if (item.window) await host.align(item.window)
  const variables: Record<string, string> = {}
  const problems: string[] = []
  for (const [index, step] of item.steps.entries()) {
    problems.push(...(await runStep(host, world, file, step, `step ${index + 1}`, variables)))
  }
  return problems
}

const load = async (
  host: HostUnderTest,
  item: Case,
  document: unknown,
): Promise<string | undefined> => {
  const read = entitiesOf(document)
  return typeof read === 'string' ? read : host.load(read, item.gateway)
}

const entitiesOf = (document: unknown): SnapshotEntity[] | string => {
  const declared = readDeclarative(document, catalog, Math.floor(Date.now() / 1000))
  return declared.ok ? snapshotEntities(declared.entities) : declared.message
}

const resolved = ({ configs }: VectorFile, config: unknown): unknown =>
  typeof config === 'string' ? configs[config] : config

const runStep = async (
  host: HostUnderTest,
  world: World,
  file: VectorFile,
  step: Step,
  where: string,
  variables: Record<string, string>,
): Promise<string[]> => {
  if (step.wait_ms) await host.wait(step.wait_ms)
  if (step.align) await host.align(step.align)
  if (step.config !== undefined) {
    const read = entitiesOf(resolved(file, step.config))
    const refusal = typeof read === 'string' ? read : await host.swap(read)
    if (refusal !== undefined) return [`${where}: the configuration was refused: ${refusal}`]
  }
  if (step.mocks) world.mocks = structuredClone(step.mocks)
  world.echo = step.upstream_response
  if (!step.request) return []

  const request = withDebug(filled(step.request, variables) as VectorRequest, step.expect)
  const stated = { ...step.expect, ...step.expect_by_flavor?.[FLAVOR] }
  const counts: Record<string, number> = {}
  const start = world.hits.length
  const times = step.repeat ?? 1
  for (let turn = 0; turn < times; turn++) {
    const began = world.hits.length
    const response = await sent(host, world, request, stated, step.retry_ms, where)
    if (typeof response === 'string') return [response]
    const hits = world.hits.slice(began)
    // What is captured here may be expected here already.
    const problems = [
      ...capture(step.capture, response, world, variables, where),
      ...checkAnswer(filled(stated, variables) as Expectation, response, hits, where),
    ]
    if (problems.length > 0) return problems
    for (const { target } of hits) counts[target] = (counts[target] ?? 0) + 1
  }
  if (step.same_target && Object.keys(counts).length !== 1) {
    return [`${where}: more than one target: ${JSON.stringify(counts)}`]
  }
  const made = await eventually(OUTBOUND_PATIENCE, () =>
    checkOutbound(filled(stated, variables) as Expectation, world.hits.slice(start), where),
  )
  if (made.length > 0) return made
  const wanted = stated.target_counts
  return wanted === undefined
    ? []
    : match({ ...(wanted as object), $exact: true }, counts, `${where}.target_counts`)
}

/** Sends, again and again for as long as the step allows, until the answer is as expected. */
const sent = async (
  host: HostUnderTest,
  world: World,
  request: VectorRequest,
  expect: Expectation,
  retryMs: number | undefined,
  where: string,
): Promise<ClientResponse | string> => {
  const until = Date.now() + (retryMs ?? 0)
  for (;;) {
    const began = world.hits.length
    try {
      const response = await host.send(request)
      const wrong = checkAnswer(expect, response, world.hits.slice(began), where).length > 0
      if (!wrong || Date.now() >= until) return response
    } catch (error) {
      if (Date.now() >= until) return `${where}: ${error instanceof Error ? error.message : error}`
    }
    await pause(200)
  }
}

const eventually = async (patience: number, check: () => string[]): Promise<string[]> => {
  const until = Date.now() + patience
  for (;;) {
    const problems = check()
    if (problems.length === 0 || Date.now() > until) return problems
    await pause(10)
  }
}

/** Routes and services are told to requests that ask for them. */
const withDebug = (request: VectorRequest, expect: Expectation | undefined): VectorRequest =>
  expect && ('route' in expect || 'service' in expect)
    ? { ...request, headers: { ...request.headers, 'Kong-Debug': '1' } }
    : request

const capture = (
  wanted: Step['capture'],
  response: ClientResponse,
  world: World,
  variables: Record<string, string>,
  where: string,
): string[] =>
  Object.entries(wanted ?? {}).flatMap(([name, how]) => {
    const value = captured(how, response, world)
    if (value === undefined) return [`${where}: nothing to capture as ${name} by ${how}`]
    variables[name] = value
    return []
  })

const captured = (how: string, response: ClientResponse, world: World): string | undefined => {
  const colon = how.indexOf(':')
  const argument = how.slice(colon + 1)
  switch (how.slice(0, colon)) {
    case 'json': {
      let value: unknown = JSON.parse(response.body)
      for (const key of argument.split('.')) value = (value as Record<string, unknown>)?.[key]
      return value === undefined ? undefined : String(value)
    }
    case 'header': {
      const [name = '', pattern] = argument.split('~')
      const value = [response.headers[name.toLowerCase()] ?? ''].flat().join('; ')
      return pattern === undefined ? value : new RegExp(pattern).exec(value)?.[1]
    }
    case 'body':
      return new RegExp(argument).exec(response.body)?.[1]
    case 'upstream_header':
      return [world.hits.at(-1)?.headers[argument.toLowerCase()]].flat()[0]
    default:
      return undefined
  }
}

/** Puts captured values in place of `${name}`. */
const filled = (value: unknown, variables: Record<string, string>): unknown => {
  if (typeof value === 'string') {
    return value.replace(/\$\{(\w+)\}/g, (whole, name: string) => variables[name] ?? whole)
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      filled(key, variables) as string,
      filled(member, variables),
    ]),
  )
}
