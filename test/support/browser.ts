import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import chromium, { inflate, setupLambdaEnvironment } from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

/** Set to the path of a Chromium to use instead of the one that npm brings, as on machines that are not x64 Linux. */
const OWN = 'TIDEGATE_CHROMIUM'

/** Starts a headless Chromium that needs nothing from the system. */
export const launchBrowser = async (): Promise<Browser> => {
  const own = process.env[OWN]
  if (own) return playwright.launch({ executablePath: own, args: ['--no-sandbox'] })
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the browser of the tests is for x64 Linux: set ${OWN} to the path of yours`)
  }
  // The libraries that a bare Debian lacks come with the package, as for Amazon Linux.
  const libraries = join(tmpdir(), 'al2023')
  if (!existsSync(libraries)) {
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
    await inflate(join(dirname(entry), '..', 'bin', 'al2023.tar.br'))
  }
  setupLambdaEnvironment(join(libraries, 'lib'))
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [
      '--no-sandbox',
      '--headless=shell',
      '--no-zygote',
      '--disable-gpu',
      '--disable-dev-shm-usage',
    ],
  })
}
