import { Navigate, Route, Router } from '@solidjs/router'
import { EntityEditPage, EntityNewPage } from './screens/entities/form-page.tsx'
import { EntitiesPage } from './screens/entities/list-page.tsx'
import { EntityPage } from './screens/entities/page.tsx'
import { GroupFrame } from './screens/frame/group-frame.tsx'
import { NotFound } from './screens/frame/not-found.tsx'
import { Shell } from './screens/frame/shell.tsx'
import { GroupsPage } from './screens/groups/page.tsx'
import { OverviewPage } from './screens/overview/page.tsx'
import { PluginEditPage, PluginNewPage } from './screens/plugins/form-page.tsx'
import { PluginPickerPage } from './screens/plugins/picker.tsx'
import { AddRuntimePage } from './screens/runtimes/add.tsx'
import { RuntimesPage } from './screens/runtimes/list-page.tsx'
import { RuntimePage } from './screens/runtimes/page.tsx'
import { SignInPage } from './screens/sign-in/page.tsx'
import { TokensPage } from './screens/tokens/page.tsx'
import { VersionsPage } from './screens/versions/page.tsx'

/** Every screen and its address. What is not here by name is an entity kind, by the name of its collection. */
export const App = () => (
  <Router>
    <Route path="/sign-in" component={SignInPage} />
    <Route path="/" component={Shell}>
      <Route path="/" component={() => <Navigate href="/groups" />} />
      <Route path="/groups" component={GroupsPage} />
      <Route path="/tokens" component={TokensPage} />
      <Route path="/groups/:group" component={GroupFrame}>
        <Route path="/" component={OverviewPage} />
        <Route path="/runtimes" component={RuntimesPage} />
        <Route path="/runtimes/add" component={AddRuntimePage} />
        <Route path="/runtimes/:node" component={RuntimePage} />
        <Route path="/versions" component={VersionsPage} />
        <Route path="/plugins/new" component={PluginPickerPage} />
        <Route path="/plugins/new/:name" component={PluginNewPage} />
        <Route path="/plugins/:id" component={PluginEditPage} />
        <Route path="/:collection" component={EntitiesPage} />
        <Route path="/:collection/new" component={EntityNewPage} />
        <Route path="/:collection/:id" component={EntityPage} />
        <Route path="/:collection/:id/edit" component={EntityEditPage} />
      </Route>
      <Route path="*rest" component={NotFound} />
    </Route>
  </Router>
)
