import type { Scope } from '../../../services/accounts/principal.ts'

export type Schema = { [name: string]: unknown }
type Parameter = { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }
type Media = Record<string, { schema?: Schema }>
type RawOperation = {
  operationId?: string
  parameters?: Parameter[]
  requestBody?: { content: Media }
  responses: Record<string, { content?: Media }>
  security?: unknown[]
  'x-scope'?: Scope
}
export type ApiDocument = { paths: Record<string, Record<string, RawOperation>>; components: { schemas: Record<string, Schema> } }

/** One operation of the OpenAPI document. `access`: the scope that it needs, or whether anybody or anybody signed in may call it. */
export type Operation = {
  id: string
  method: string
  path: string
  access: Scope | 'public' | 'signed-in'
  parameters: readonly Parameter[]
  body: Schema | undefined
  answers: Readonly<Record<string, Media | undefined>>
}

/** Every operation of the document. */
export function operationsOf({ paths }: ApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId ?? `${method} ${path}`,
      method: method.toUpperCase(),
      path,
      access: operation['x-scope'] ?? (operation.security?.length === 0 ? 'public' : 'signed-in'),
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json']?.schema,
      answers: Object.fromEntries(Object.entries(operation.responses).map(([status, { content }]) => [status, content])),
    })),
  )
}

/** Whether the operation changes anything, going by its method. */
export const isWrite = ({ method }: Operation) => !['GET', 'HEAD', 'OPTIONS'].includes(method)

/** The names in an operation's path that stand for ids of rows: ids of another tenant can be put there. */
export const idNames = ({ parameters }: Operation): string[] =>
  parameters.filter((parameter) => parameter.in === 'path' && isId(parameter.schema)).map(({ name }) => name)

export const isId = ({ $ref }: Schema) => $ref === '#/components/schemas/Id'

/** The operation's path with these values at its names; what is missing stays as it is. */
export const pathWith = ({ path }: Operation, values: Readonly<Record<string, string>>) =>
  path.replace(/\{(\w+)\}/g, (whole, name: string) => (values[name] === undefined ? whole : values[name]))
