import { createContext, createMemo, createSignal, useContext } from 'solid-js'
import { createStore, produce, type SetStoreFunction, unwrap } from 'solid-js/store'
import { ApiError, messageOf } from '../data/errors.ts'
import type { Field } from './field.ts'
import { type Problems, problemsOf } from './problems.ts'
import { bodyOf, type Path, unreadable, type Values, valuesOf } from './values.ts'

export interface Form {
  fields: Field[]
  values: Values
  at(path: Path): unknown
  set(path: Path, value: unknown): void
  problems(): Problems
  /** The problem at exactly this path. */
  problem(path: Path): string | undefined
  /** Whether there is a problem at the path or inside of it. */
  troubled(path: Path): boolean
  dirty(): boolean
  busy(): boolean
  /** The group whose entities reference pickers search. */
  group: string
  /** Sends the form. True when it was taken. */
  submit(): Promise<boolean>
  fill(values: Record<string, unknown>): void
}

export interface FormOptions {
  group: string
  fields: Field[]
  entity?: Record<string, unknown> | undefined
  send(body: Record<string, unknown>): Promise<void>
}

const FormContext = createContext<Form>()

export const FormProvider = FormContext.Provider

export const useForm = (): Form => {
  const form = useContext(FormContext)
  if (!form) throw new Error('useForm needs a form around it')
  return form
}

/** State of one form: what stands in its controls, what the API found wrong, and whether it would lose anything. */
export const createForm = ({ group, fields, entity, send }: FormOptions): Form => {
  const [values, setValues] = createStore<Values>(valuesOf(fields, entity))
  const [problems, setProblems] = createSignal<Problems>({})
  const [busy, setBusy] = createSignal(false)
  const wire = createMemo(() => JSON.stringify(bodyOf(fields, values)))
  const [saved, setSaved] = createSignal(wire())

  const submit = async (): Promise<boolean> => {
    const bad = unreadable(fields, unwrap(values))
    if (Object.keys(bad).length > 0) {
      setProblems(bad)
      return false
    }
    setBusy(true)
    const body: Record<string, unknown> = JSON.parse(wire())
    try {
      await send(body)
      setSaved(JSON.stringify(body))
      setProblems({})
      return true
    } catch (error) {
      const found = error instanceof ApiError ? problemsOf(error.fields) : {}
      setProblems(Object.keys(found).length > 0 ? found : { '@entity': messageOf(error) })
      return false
    } finally {
      setBusy(false)
    }
  }

  return {
    fields,
    values,
    group,
    at: (path) => path.reduce<unknown>((from, key) => (from as Values)?.[key], values),
    set: (path, value) => {
      place(setValues, path, value)
      const gone = path.join('.')
      setProblems((now) =>
        Object.fromEntries(
          Object.entries(now).filter(([at]) => at !== gone && !at.startsWith(`${gone}.`)),
        ),
      )
    },
    problems,
    problem: (path) => problems()[path.join('.')],
    troubled: (path) => {
      const inside = path.join('.')
      return Object.keys(problems()).some((at) => at === inside || at.startsWith(`${inside}.`))
    },
    dirty: () => wire() !== saved(),
    busy,
    submit,
    fill: (given) => setValues(valuesOf(fields, given)),
  }
}

/** Id of the control at a path, for labels and for the links of the summary. */
export const controlId = (path: Path): string => `field-${path.join('-')}`

const place = (setValues: SetStoreFunction<Values>, path: Path, value: unknown): void =>
  setValues(
    produce((values) => {
      let at = values as Record<string | number, unknown>
      for (const key of path.slice(0, -1)) at = at[key] as typeof at
      const last = path.at(-1)
      if (last !== undefined) at[last] = value
    }),
  )
