import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { AccessRefusal } from '../accounts/refusal.ts'
import { Refusal } from '../leads/refusal.ts'
import { codeOf, failureOf } from '../platform/errors.ts'
import { asDatabaseError } from '../platform/mysql/database-error.ts'
import { accessProblem } from './access-problem.ts'
import type { Api, ApiParts } from './api-parts.ts'
import { Problem, refusalStatus, type FieldError } from './problem.ts'

/** Lets every error leave as problem details. What is not known is logged, without anything of the request, and answered with 500 and the request's id only. */
export function describeErrors(app: Api, { log }: ApiParts): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error)
    if (problem.status >= 500)
      log[problem.status === 503 ? 'warn' : 'error'](
        { request: request.id, route: request.routeOptions.url, err: asDatabaseError(error) },
        'a request failed',
      )
    return sendProblem(request, reply, problem)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, new Problem(404, 'route-not-found', 'There is nothing at this address: /docs shows what there is.')),
  )
}

/** Answers a request with a problem. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, { status, code, message, errors, extra }: Problem): FastifyReply {
  if (status === 503) void reply.header('retry-after', '1')
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="tributary"')
  const body = {
    type: `urn:tributary:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    instance: `urn:tributary:request:${request.id}`,
    ...(errors === undefined ? {} : { errors }),
    ...extra,
  }
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body)
}

/** The problem that an error leaves as. */
export function problemOf(raw: FastifyError): Problem {
  if (raw instanceof Problem) return raw
  if (raw instanceof Refusal) return new Problem(refusalStatus[raw.code], raw.code, raw.message)
  if (raw instanceof AccessRefusal) return accessProblem(raw)
  if (hasZodFastifySchemaValidationErrors(raw)) return invalidRequest(raw)
  const error = asDatabaseError(raw)
  if (failureOf(error) === 'transient')
    return new Problem(503, codeOf(error), 'A part that is needed does not answer just now: try again in a moment.')
  const { statusCode, code } = raw
  if (statusCode === 429) return new Problem(429, 'too-many-requests', 'Too many requests: wait as long as the header Retry-After says.')
  if (statusCode === 413) return new Problem(413, 'body-too-large', 'The body is larger than this route takes.')
  if (statusCode === 415) return new Problem(415, 'media-type-not-supported', 'Send the body as application/json.')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Problem(
      statusCode,
      (code ?? 'bad-request').toLowerCase().replaceAll('_', '-'),
      'The request cannot be read: look at its address, headers and body.',
    )
  return new Problem(500, 'unknown-failure', 'Something went wrong here. It is in the log under the id of this request.')
}

type Validation = { validationContext?: string; validation: { instancePath: string; message?: string }[] }

function invalidRequest({ validationContext = 'body', validation }: Validation): Problem {
  const errors = validation.map(({ instancePath, message }): FieldError => {
    const path = instancePath.split('/').filter((step) => step !== '')
    return { field: [validationContext, ...path].join('.').slice(0, 200), message: message ?? 'is invalid' }
  })
  const names = [...new Set(errors.map(({ field }) => field))].slice(0, 5).join(', ')
  return new Problem(400, 'request-invalid', `The request is not as the document says: ${names}.`, errors)
}
