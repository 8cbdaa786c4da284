import { nodeUnderTest } from './hosts/node.ts'
import { conformance } from './suite.ts'

conformance('node', nodeUnderTest)
