import { afterEach, describe, expect, it } from 'vitest'
import { makeLanguageUsable } from '../../../console/ui/language.ts'

const told = (language: string) =>
  Object.defineProperty(navigator, 'language', { value: language, configurable: true })

afterEach(() => told('en-US'))

describe('the language of the browser', () => {
  it('is replaced when it is no language tag, so that charts can be drawn', () => {
    told('en-US@posix')
    makeLanguageUsable()
    expect(() => new Intl.NumberFormat(navigator.language)).not.toThrow()
  })

  it('is left alone when it is one', () => {
    told('pt-BR')
    makeLanguageUsable()
    expect(navigator.language).toBe('pt-BR')
  })
})
