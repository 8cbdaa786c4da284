import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import solid from 'vite-plugin-solid'
import { defineConfig } from 'vitest/config'

/** One project for each place that code runs in. `vitest run --project unit` runs one. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/edge-proxy/{model,engine,plugins}/**/*.test.ts',
            'test/*.test.ts',
            'test/workers/pure/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'node',
          include: ['test/edge-proxy/hosts/**/*.test.ts', 'test/local/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                MIGRATIONS: await readD1Migrations('./migrations'),
                TIDEGATE_SECRET: 'a-secret-for-tests-32-bytes-long-or-more-000',
                TIDEGATE_SETUP_TOKEN: 'setup-token-for-tests',
              },
            },
          })),
        ],
        test: {
          name: 'workers',
          include: ['test/workers/**/*.test.ts'],
          exclude: ['test/workers/pure/**'],
          setupFiles: ['./test/workers/setup.ts'],
          deps: { optimizer: { ssr: { enabled: true, include: ['itty-durable'] } } },
        },
      },
      {
        plugins: [solid()],
        resolve: { conditions: ['development', 'browser'] },
        test: { name: 'console', include: ['test/console/**/*.test.tsx'], environment: 'jsdom' },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
