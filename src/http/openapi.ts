import { z } from 'zod'

import type { Endpoint } from '../model/endpoint.ts'
import { errorBody } from '../model/error.ts'
import { none } from '../model/wire.ts'

type Json = { readonly [key: string]: unknown }

/** The OpenAPI 3.1 description of these operations, made from the very schemas that check the requests. */
export function openApi(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const endpoint of endpoints) {
    const path = `/v2${endpoint.path}`
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lotkeeper',
      version,
      description:
        'The batches API of this station. The same operations answer under /api/v2. Every success is 200 with JSON; lists page by offset.',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A user or station key: lk_…' },
      },
      schemas: { Error: jsonSchema(errorBody, 'output') },
    },
  }
}

function operation(endpoint: Endpoint): Json {
  const noun = endpoint.path.split('/').findLast((segment) => !segment.startsWith('{'))!
  return {
    summary: endpoint.summary,
    operationId: `${endpoint.method.toLowerCase()}-${endpoint.path.slice(1).replaceAll(/[{}]/g, '').replaceAll('/', '-')}`,
    tags: [endpoint.path.split('/')[1] ?? noun],
    ...(endpoint.access === 'any'
      ? {}
      : { description: `Needs a ${endpoint.access} key; any other gets 403.` }),
    parameters: [...parameters(endpoint.params, 'path'), ...parameters(endpoint.query, 'query')],
    ...(endpoint.body === none
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(endpoint.body, 'input') } },
          },
        }),
    responses: {
      200: {
        description: 'Done',
        content: { 'application/json': { schema: jsonSchema(endpoint.answer, 'output') } },
      },
      ...Object.fromEntries(
        [400, 401, 403, ...(endpoint.refusals ?? []), 500].map((status) => [
          status,
          {
            description: DESCRIPTIONS[status],
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
          },
        ]),
      ),
    },
  }
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `issues` says where',
  401: 'No key, or one that is not known here',
  403: 'This kind of key may not do that',
  404: 'No such row',
  409: 'The number or serial number is taken; `existing_id` names the row that has it',
  500: 'A defect of the server; its log says more',
}

function parameters(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: { ...property, ...defaultOf(schema, name) },
    // Repeated key, no brackets, no commas: ids=a&ids=b.
    ...(property['type'] === 'array' ? { style: 'form', explode: true } : {}),
  }))
}

/** zod leaves a default out of the description where text is turned into a number or a flag: the default is one already. */
function defaultOf(schema: z.ZodType, name: string): Json {
  const { def } = (schema as z.ZodObject).shape[name] as { def: { type: string; defaultValue?: unknown } }
  return def.type === 'default' ? { default: def.defaultValue } : {}
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return rest
}
