import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export type Rule = {
  record?: string
  alert?: string
  expr: string
  for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}
export type Alert = Rule & { alert: string }
export type AlertTest = { alertname: string; eval_time: string; exp_alerts: unknown[] }

export const rulesFolder = 'ops/prometheus/rules'
export const testsFolder = 'ops/prometheus/tests'

/** Every rule of ops/prometheus/rules. */
export function readRules(): Rule[] {
  return readYaml<{ groups: { rules: Rule[] }[] }>(rulesFolder).flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
}

export const readAlerts = (): Alert[] => readRules().filter((rule): rule is Alert => rule.alert !== undefined)

/** Every check of an alert that promtool makes. */
export function readAlertTests(): AlertTest[] {
  return readYaml<{ tests: { alert_rule_test?: AlertTest[] }[] }>(testsFolder).flatMap(({ tests }) =>
    tests.flatMap(({ alert_rule_test }) => alert_rule_test ?? []),
  )
}

function readYaml<Document>(folder: string): Document[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Document)
}
