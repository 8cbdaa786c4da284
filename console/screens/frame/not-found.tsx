import { LinkButton } from '../../ui/button.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page.tsx'

export const NotFound = () => (
  <>
    <PageHeader title="Not found" />
    <Empty
      title="There is nothing at this address"
      action={<LinkButton href="/groups">Go to the runtime groups</LinkButton>}
    >
      What it named may have been deleted or renamed.
    </Empty>
  </>
)
