import { Problem } from '#workers/api/problem'
import type { Env } from '#workers/env'
import { toAnalyticsEngine } from './analytics-engine.ts'
import { type Line, linesOf, type Question } from './question.ts'
import { toSqlite } from './sqlite.ts'

type Bindings = Pick<Env, 'ANALYTICS_SQL' | 'CLOUDFLARE_ACCOUNT_ID' | 'CLOUDFLARE_ANALYTICS_TOKEN'>

const TIMEOUT_MS = 10_000

/**
 * Answers a question from the dataset that is there: the local one, or Analytics Engine through its SQL API. Throws
 * Problem `unavailable` when neither can be read.
 */
export const ask = async (env: Bindings, question: Question): Promise<Line[]> => {
  if (env.ANALYTICS_SQL) {
    const { data } = await env.ANALYTICS_SQL.query(toSqlite(question))
    return linesOf(data)
  }
  const { CLOUDFLARE_ACCOUNT_ID: account, CLOUDFLARE_ANALYTICS_TOKEN: token } = env
  if (!account || !token) {
    throw new Problem(
      'unavailable',
      'Traffic can be read once CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_ANALYTICS_TOKEN are set.',
    )
  }
  return linesOf(await askCloudflare(account, token, toAnalyticsEngine(question).query))
}

const askCloudflare = async (
  account: string,
  token: string,
  query: string,
): Promise<Record<string, unknown>[]> => {
  const url = `https://api.cloudflare.com/client/v4/accounts/${encodeURIComponent(account)}/analytics_engine/sql`
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: query,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new Problem('unavailable', `Analytics Engine did not answer: ${String(error)}`)
  })
  if (!answer.ok) {
    console.error('analytics engine refused a query', answer.status, await answer.text())
    throw new Problem('unavailable', `Analytics Engine answered ${answer.status}.`)
  }
  const { data } = await answer.json<{ data: Record<string, unknown>[] }>()
  return data
}
