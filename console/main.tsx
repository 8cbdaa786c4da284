import { render } from 'solid-js/web'
import { App } from './app.tsx'
import './theme.css'

const root = document.getElementById('console')
if (root) render(() => <App />, root)
