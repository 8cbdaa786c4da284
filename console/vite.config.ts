import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

/** `vite build console` writes dist/console, which the control plane serves. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [solid(), tailwindcss()],
  build: {
    outDir: fileURLToPath(new URL('../dist/console', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    cssTarget: 'chrome125',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  server: {
    port: 21700,
    strictPort: true,
    proxy: Object.fromEntries(
      ['/v2', '/admin', '/openapi.json', '/reference', '/health'].map((path) => [
        path,
        // The control plane takes writes only from its own origin: it must see the one that the browser sees.
        { target: process.env.TIDEGATE_URL ?? 'http://127.0.0.1:8787', changeOrigin: false },
      ]),
    ),
  },
})
