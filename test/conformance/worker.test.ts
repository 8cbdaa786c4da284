import { workerUnderTest } from './hosts/worker.ts'
import { conformance } from './suite.ts'

conformance('worker', workerUnderTest)
