import type { ClientResponse } from './client.ts'
import { match } from './matching.ts'
import { argumentsByName } from './messages.ts'
import type { Expectation } from './vectors.ts'
import { type Hit, isEcho } from './world.ts'

/** What is wrong with the answer to a step, and with what reached upstreams. */
export const checkAnswer = (
  expect: Expectation,
  response: ClientResponse,
  hits: readonly Hit[],
  where: string,
): string[] => {
  const problems: string[] = []
  const echoed = hits.filter(isEcho)
  for (const [key, wanted] of Object.entries(expect)) {
    switch (key) {
      case 'status':
      case 'body':
        problems.push(...match(wanted, response[key], `${where}.${key}`))
        break
      case 'body_contains':
      case 'body_not_contains':
        problems.push(...checkText(key, wanted, response.body, where))
        break
      case 'body_json':
        problems.push(...checkJson(wanted, response.body, `${where}.body_json`))
        break
      case 'headers':
        problems.push(...checkHeaders(wanted, response.headers, where))
        break
      case 'route':
        problems.push(...checkRoute(wanted, response, where))
        break
      case 'service':
        problems.push(...match(wanted, response.headers['kong-service-name'], `${where}.service`))
        break
      case 'upstream':
        problems.push(...checkUpstream(wanted, echoed, where))
        break
      case 'upstream_count':
        problems.push(...match(wanted, echoed.length, `${where}.upstream_count`))
        break
      case 'upstream_targets':
        problems.push(
          ...match(
            wanted,
            echoed.map(({ target }) => target),
            `${where}.upstream_targets`,
          ),
        )
        break
      case 'outbound':
      case 'outbound_count':
      case 'target_counts':
        break
      default:
        problems.push(`${where}: this runner does not know how to expect ${key}`)
    }
  }
  return problems
}

/** What is missing of the requests that the gateway itself had to make. */
export const checkOutbound = (
  expect: Expectation,
  hits: readonly Hit[],
  where: string,
): string[] => {
  const to = (name: string) =>
    hits.filter(({ target }) => target === name || target.startsWith(`${name}:`))
  const counts = Object.entries((expect.outbound_count ?? {}) as Record<string, number>)
  const wanted = (expect.outbound ?? []) as ({ to: string; none?: boolean } & Expectation)[]
  const miscounted = counts.flatMap(([name, count]) =>
    match(count, to(name).length, `${where}.outbound_count.${name}`),
  )
  const misfits = wanted.flatMap(({ to: name, none, ...members }, index) => {
    const at = `${where}.outbound[${index}]`
    const candidates = to(name)
    if (none) return candidates.length > 0 ? [`${at}: expected none`] : []
    if (candidates.length === 0) return [`${at}: no request to ${name}`]
    const found = candidates.map((hit) => checkHit(members, hit, at))
    return found.reduce((best, problems) => (problems.length < best.length ? problems : best))
  })
  return [...miscounted, ...misfits]
}

const checkUpstream = (wanted: unknown, hits: readonly Hit[], where: string): string[] => {
  const hit = hits.at(-1)
  if (wanted === null) return hit ? [`${where}: ${hit.target} was called`] : []
  if (!hit) return [`${where}: no upstream was called`]
  return checkHit(wanted as Expectation, hit, `${where}.upstream`)
}

const checkHit = (wanted: Expectation, hit: Hit, where: string): string[] =>
  Object.entries(wanted).flatMap(([key, value]) => {
    const at = `${where}.${key}`
    switch (key) {
      case 'headers':
        return checkHeaders(value, hit.headers, where)
      case 'query':
        return match({ ...(value as object), $exact: true }, hit.query, at)
      case 'body_json':
        return checkJson(value, hit.body, at)
      case 'body_form':
        return match({ ...(value as object), $exact: true }, argumentsByName(hit.body), at)
      case 'body_contains':
      case 'body_not_contains':
        return checkText(key, value, hit.body, where)
      case 'raw_path':
        return match(value, hit.raw_query === null ? hit.path : `${hit.path}?${hit.raw_query}`, at)
      default:
        return key in hit
          ? match(value, hit[key as keyof Hit], at)
          : [`${where}: this runner does not know how to expect ${key}`]
    }
  })

const checkHeaders = (wanted: unknown, headers: Hit['headers'], where: string): string[] =>
  Object.entries(wanted as Expectation).flatMap(([name, value]) =>
    match(value, headers[name.toLowerCase()], `${where}.headers.${name.toLowerCase()}`),
  )

const checkRoute = (wanted: unknown, response: ClientResponse, where: string): string[] => {
  const route = response.headers['kong-route-name']
  if (wanted === null) {
    return route === undefined && response.status === 404
      ? []
      : [`${where}.route: expected none, got ${route} (${response.status})`]
  }
  return route === wanted
    ? []
    : [
        `${where}.route: ${route} is not ${wanted} (${response.status} ${response.body.slice(0, 120)})`,
      ]
}

const checkJson = (wanted: unknown, body: string, where: string): string[] => {
  try {
    return match(wanted, JSON.parse(body), where)
  } catch {
    return [`${where}: no JSON: ${body.slice(0, 300)}`]
  }
}

const checkText = (key: string, wanted: unknown, body: string, where: string): string[] =>
  [wanted].flat().flatMap((text) => {
    const has = body.includes(String(text))
    return has === (key === 'body_contains')
      ? []
      : [`${where}.${key} ${text}: ${body.slice(0, 300)}`]
  })
