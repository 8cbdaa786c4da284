import analytics from '#modules/analytics'
import audit from '#modules/audit'
import configuration from '#modules/configuration'
import identity from '#modules/identity'
import licences from '#modules/licences'
import runtimeGroups from '#modules/runtime-groups'
import type { Module } from '../api/module.ts'

/** Every module of the control plane. */
export const modules: Module[] = [
  identity,
  runtimeGroups,
  configuration,
  analytics,
  licences,
  audit,
]
