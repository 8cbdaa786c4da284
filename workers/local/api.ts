import { StartRefused } from './settings.ts'

/** The control plane's API, as anybody would call it. */
export interface Api {
  /** Answers the JSON body; refuses to start when the status is not among the expected ones. */
  call(method: string, path: string, sent?: Sent): Promise<{ status: number; body: unknown }>
}

export interface Sent {
  body: string
  type: string
}

export const api = (url: string, token: string): Api => ({
  async call(method, path, sent) {
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(sent ? { 'content-type': sent.type } : {}),
      },
      ...(sent ? { body: sent.body } : {}),
    })
    const text = await answer.text()
    if (!answer.ok) throw new StartRefused(`${method} ${path} answered ${answer.status}: ${text}`)
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
  },
})

export const jsonBody = (value: unknown): Sent => ({
  body: JSON.stringify(value),
  type: 'application/json',
})
