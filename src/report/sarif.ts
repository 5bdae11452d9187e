import type { Log, ReportingDescriptor, Result, Run, Location as SarifLocation } from 'sarif'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import type { Span } from '../text/source.js'
import { locationOf, plainText, uriOf } from './locations.js'
import { byLevel, type Notice, wholeText } from './notices.js'
import type { ReportOptions } from './reporters.js'

/** Code hosts show 5,000 results of a run at most, and take no file of more than 10 MB. */
const mostResults = 1000

/**
 * Notices as SARIF 2.1.0 (OASIS, 2020). What is accepted is left out, since code hosts show it like everything else.
 * Input that cannot be used is a notification of the run, which then was not successful.
 */
export function renderSarif(notices: readonly Notice[], { version, folder }: ReportOptions): string {
  const unusable = notices.filter(notice => notice.isUnusable)
  const all = byLevel(notices).filter(notice => !notice.isUnusable && notice.accepted === undefined)
  const shown = all.slice(0, mostResults)
  const codes = [...new Set(shown.map(({ code }) => code))].sort()
  const notifications = [
    ...unusable.map(notice => ({
      level: 'error' as const,
      descriptor: { id: notice.code },
      message: { text: plainText(wholeText(notice)) },
      ...(notice.span && { locations: [locationJson(notice.span, folder)] }),
    })),
    ...(all.length > shown.length
      ? [
          {
            level: 'warning' as const,
            message: { text: `${shown.length} of ${all.length} results are shown, the gravest first.` },
          },
        ]
      : []),
  ]
  const run: Run = {
    tool: {
      driver: {
        name: 'aswritten',
        semanticVersion: version,
        informationUri: 'https://www.npmjs.com/package/aswritten',
        rules: codes.map(ruleJson),
        ...(unusable.length > 0 && {
          notifications: [...new Set(unusable.map(({ code }) => code))].sort().map(ruleJson),
        }),
      },
    },
    invocations: [
      {
        executionSuccessful: unusable.length === 0,
        ...(notifications.length > 0 && { toolExecutionNotifications: notifications }),
      },
    ],
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: {
      SRCROOT: { description: { text: 'The root of the repository, or the folder of the run.' } },
    },
    results: shown.map(notice => resultJson(notice, codes, folder)),
  }
  const document: Log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [run],
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function resultJson(notice: Notice, codes: readonly Code[], folder: string): Result {
  const { code, level, span, related, target, clauses, fingerprint } = notice
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level,
    message: { text: plainText(wholeText(notice)) },
    locations: span ? [locationJson(span, folder)] : [],
    ...(related.length > 0 && {
      relatedLocations: related.map((entry, id) => ({
        id,
        ...locationJson(entry.span, folder),
        message: { text: plainText(entry.message) },
      })),
    }),
    partialFingerprints: { 'aswritten/v1': fingerprint },
    properties: { target: plainText(target), clauses: clauses.map(plainText) },
  }
}

function locationJson(span: Span, folder: string): SarifLocation {
  const { path, start, end } = locationOf(span, folder)
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(path), uriBaseId: 'SRCROOT' },
      region: {
        startLine: start.line,
        startColumn: start.column,
        endLine: end.line,
        endColumn: end.column,
      },
    },
  }
}

function ruleJson(code: Code): ReportingDescriptor {
  const { category, title, why } = catalogue[code]
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why} \`aswritten explain ${code}\` says what to do.` },
    properties: { tags: [category] },
  }
}
