import { A } from '@solidjs/router'
import { Show } from 'solid-js'
import type { Kind } from '../../data/schemas.ts'
import { mayWrite } from '../../data/session.ts'
import { words } from '../../forms/words.ts'
import { LinkButton } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/copy.tsx'
import { Empty } from '../../ui/notice.tsx'
import { useGroup } from '../frame/group-context.ts'
import { kindWord } from './delete.tsx'

const lessons: Record<string, { what: string; body: Record<string, unknown> }> = {
  service: {
    what: 'A service is an API that you already run: say where it is. Routes then decide which requests reach it.',
    body: { name: 'orders', url: 'https://orders.example.com' },
  },
  route: {
    what: 'A route picks requests by host, path, method or header, and sends them to a service.',
    body: { name: 'orders', paths: ['/orders'], service: { name: 'orders' } },
  },
  consumer: {
    what: 'A consumer is a person or program that calls your services. Give it a key, and plugins can tell it apart.',
    body: { username: 'mobile-app' },
  },
  plugin: {
    what: 'A plugin is a policy: authentication, rate limits, CORS, logging. It acts on all traffic, or on one service, route or consumer.',
    body: { name: 'rate-limiting', config: { minute: 60, policy: 'local' } },
  },
  upstream: {
    what: 'An upstream spreads traffic over several targets and can check their health. Use its name as the host of a service.',
    body: { name: 'orders.internal' },
  },
  target: {
    what: 'A target is one address of the upstream, with its share of the traffic.',
    body: { target: '10.0.0.7:8080', weight: 100 },
  },
  certificate: {
    what: 'A certificate with its key, to answer TLS with or to show an upstream. SNIs say which names it answers for.',
    body: { cert: '-----BEGIN CERTIFICATE-----…', key: '-----BEGIN PRIVATE KEY-----…' },
  },
  sni: {
    what: 'An SNI is a host name that a certificate answers for.',
    body: { name: 'api.example.com' },
  },
  ca_certificate: {
    what: 'An authority that upstreams or clients may be verified with.',
    body: { cert: '-----BEGIN CERTIFICATE-----…' },
  },
}

/** What stands where there is nothing yet: what it would be for, a button, and the same as a request. */
export const Teach = (props: {
  kind: Kind
  /** Address of the form. */
  create: string
  /** Path of the collection below the group's Admin API. */
  collection: string
}) => {
  const group = useGroup()
  const lesson = () => lessons[props.kind.name]
  const curl = () =>
    [
      `curl ${window.location.origin}/admin/${encodeURIComponent(group.name())}/${props.collection} \\`,
      '  -H "Authorization: Bearer $TOKEN" \\',
      "  -H 'Content-Type: application/json' \\",
      `  -d '${JSON.stringify(lesson()?.body ?? {})}'`,
    ].join('\n')
  return (
    <Empty
      title={`No ${words(props.kind.plural).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())} yet`}
      action={
        mayWrite() && (
          <LinkButton href={props.create} tone="primary">
            Add {article(kindWord(props.kind))}
          </LinkButton>
        )
      }
      more={
        <Show when={mayWrite() && lesson()}>
          <p class="mb-1.5 text-[13px] text-muted">
            Or with the API, with{' '}
            <A class="link underline" href="/tokens">
              a token
            </A>{' '}
            in <code class="code">TOKEN</code>:
          </p>
          <CodeBlock label="command" text={curl()} />
        </Show>
      }
    >
      {lesson()?.what ?? props.kind.summary}
    </Empty>
  )
}

/** "a route", "an upstream". */
export const article = (word: string): string =>
  /^([aeio]|u(?!n)|up|SNI|ACL)/.test(word) ? `an ${word}` : `a ${word}`
