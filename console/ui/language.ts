/**
 * Some systems give the browser a language that is no language tag (`en-US@posix`). uPlot formats numbers in it as soon as
 * it is loaded, and throws; so it is told English then. Call before the chart is loaded.
 */
export const makeLanguageUsable = (): void => {
  try {
    Intl.getCanonicalLocales(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en', configurable: true })
  }
}
