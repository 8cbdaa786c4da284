import { ErrorBoundary, type JSX } from 'solid-js'
import { messageOf } from '../data/errors.ts'
import { Button } from './button.tsx'
import { Empty } from './notice.tsx'

/** Keeps a fault in one part of the page from taking the rest with it: also when a newer console has replaced its files. */
export const Contained = (props: { children: JSX.Element }) => (
  <ErrorBoundary
    fallback={(error: unknown, reset) => (
      <Empty
        title="This part of the page broke"
        action={
          <>
            <Button onClick={reset}>Try again</Button>
            <Button tone="primary" onClick={() => window.location.reload()}>
              Load the page anew
            </Button>
          </>
        }
      >
        {messageOf(error)}
      </Empty>
    )}
  >
    {props.children}
  </ErrorBoundary>
)
