interface NetworkEnvironment {
  WORLD: Fetcher
}

/** Takes every request of the gateway to the world, as it is: URL, `cf` and all. */
export default {
  fetch: (request, { WORLD }) =>
    WORLD.fetch(request, { redirect: 'manual', encodeResponseBody: 'manual' }),
} satisfies ExportedHandler<NetworkEnvironment>
