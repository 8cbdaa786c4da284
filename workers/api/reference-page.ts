/**
 * A page that shows the OpenAPI document to people. It reads `/openapi.json` itself: nothing is fetched from elsewhere.
 */
export const referencePage = (): Response => {
  const nonce = crypto.randomUUID()
  return new Response(pageWith(nonce), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; connect-src 'self'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
    },
  })
}

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText }
.page { display: grid; grid-template-columns: 15rem minmax(0, 60rem); gap: 2rem; padding: 1.5rem }
nav { position: sticky; top: 1.5rem; align-self: start; max-height: 95vh; overflow: auto }
nav a { display: block; padding: .15rem 0; color: inherit }
input { width: 100%; padding: .5rem; font: inherit; margin-bottom: 1rem }
h2 { margin: 2rem 0 .25rem; border-bottom: 1px solid var(--line) }
details { border-bottom: 1px solid var(--line); padding: .35rem 0 }
summary { cursor: pointer; overflow-wrap: anywhere }
code, pre { font: 13px/1.45 ui-monospace, monospace }
pre { overflow: auto; padding: .75rem; border: 1px solid var(--line); border-radius: 4px }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700 }
.quiet { opacity: .75 }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .25rem .5rem .25rem 0; vertical-align: top }
@media (max-width: 800px) { .page { grid-template-columns: minmax(0, 1fr); padding: 1rem } nav { position: static } }
`

const SCRIPT = `
const make = (tag, text, attributes = {}) => {
  const element = document.createElement(tag)
  if (text !== undefined) element.textContent = tag === 'pre' ? text : text.replaceAll('\`', '')
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}
const main = document.querySelector('main')
const nav = document.querySelector('nav')
const search = document.querySelector('input')

const bodyOf = (operation) => {
  const element = make('div')
  if (operation.description) element.append(make('p', operation.description, { class: 'quiet' }))
  if (operation.parameters.length > 0) {
    const table = make('table')
    for (const { name, in: place, required, description = '' } of operation.parameters) {
      const row = make('tr')
      row.append(make('td', name), make('td', place + (required ? ', required' : ''), { class: 'quiet' }), make('td', description))
      table.append(row)
    }
    element.append(make('h4', 'Parameters'), table)
  }
  const shapes = [['Body', operation.requestBody]]
  for (const [status, response] of Object.entries(operation.responses)) shapes.push([status + ' ' + response.description, response])
  for (const [title, shape] of shapes) {
    if (!shape) continue
    element.append(make('h4', title))
    for (const { schema } of Object.values(shape.content ?? {})) {
      const text = JSON.stringify(schema, null, 2)
      element.append(make('pre', text))
      const names = new Set([...text.matchAll(/components.schemas.(\\w+)/g)].map(([, name]) => name))
      for (const name of names) element.append(make('a', name, { href: '#schema-' + name }), ' ')
    }
  }
  return element
}

const show = (api) => {
  document.querySelector('h1').textContent = api.info.title + ' API ' + api.info.version
  document.querySelector('#about').textContent = api.info.description.replaceAll('\`', '')
  const rows = []
  for (const { name, description } of api.tags) {
    const section = make('section')
    section.append(make('h2', name, { id: name }), make('p', description, { class: 'quiet' }))
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation.tags.includes(name)) continue
        const details = make('details')
        const summary = make('summary')
        summary.append(make('span', method.toUpperCase(), { class: 'method' }), make('code', path), make('div', operation.summary, { class: 'quiet' }))
        details.append(summary)
        details.addEventListener('toggle', () => details.children.length === 1 && details.append(bodyOf(operation)), { once: true })
        section.append(details)
        rows.push({ details, section, text: (method + ' ' + path + ' ' + operation.summary).toLowerCase() })
      }
    }
    main.append(section)
    nav.append(make('a', name, { href: '#' + name }))
  }
  const schemas = make('section')
  schemas.append(make('h2', 'schemas', { id: 'schemas' }))
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    const details = make('details', undefined, { id: 'schema-' + name })
    details.append(make('summary', name), make('pre', JSON.stringify(schema, null, 2)))
    schemas.append(details)
    rows.push({ details, section: schemas, text: name.toLowerCase() })
  }
  main.append(schemas)
  const open = () => {
    const target = document.getElementById(location.hash.slice(1))
    if (target?.tagName !== 'DETAILS') return
    search.value = ''
    search.dispatchEvent(new Event('input'))
    target.open = true
    target.scrollIntoView()
  }
  addEventListener('hashchange', open)
  open()
  nav.append(make('a', 'schemas', { href: '#schemas' }))
  search.addEventListener('input', () => {
    const wanted = search.value.toLowerCase()
    for (const { details, text } of rows) details.hidden = !text.includes(wanted)
    for (const section of new Set(rows.map((row) => row.section))) {
      section.hidden = !rows.some((row) => row.section === section && !row.details.hidden)
    }
  })
}

fetch('/openapi.json')
  .then((response) => response.json())
  .then(show, () => { document.querySelector('#about').textContent = 'The description of the API could not be read.' })
`

const pageWith = (nonce: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tidegate API</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<div class="page">
<nav aria-label="Sections"></nav>
<main>
<h1>Tidegate API</h1>
<p id="about" class="quiet"></p>
<p><a href="/openapi.json">openapi.json</a></p>
<label>Search <input type="search"></label>
</main>
</div>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`
