import { attributeKey, sameAttribute } from '../../graph/attribute.js'
import type { Node } from '../../graph/node.js'
import type { Descent, Rounds, Step, Write } from '../../graph/training.js'
import type { HostType, RecordKeeping, Tracer } from '../../trace/host.js'
import type { HostObject } from '../../trace/value.js'
import { sameComputation } from './same-computation.js'

/** A step and those before it: adding one copies nothing, and what two records share they share by identity. */
interface Link {
  readonly step: Step
  readonly before: Link | null
  readonly length: number
}

/** What training code did so far. */
export interface TrainingRecord {
  readonly last: Link | null
}

const empty: TrainingRecord = { last: null }

/** As often may the rounds of a loop say something else before what they say is given up. */
const mostRevisions = 3

/** For the rounds of a loop that is being walked: which time it is, and how often what they do was written anew. */
const open = new WeakMap<Rounds, { readonly run: object; readonly revision: number }>()

const lengthOf = (link: Link | null): number => link?.length ?? 0

function append({ last }: TrainingRecord, steps: readonly Step[]): TrainingRecord {
  let end = last
  for (const step of steps) end = { step, before: end, length: lengthOf(end) + 1 }
  return end === last ? { last } : { last: end }
}

/** What a record holds beyond what it shares with an earlier one. */
function since(earlier: TrainingRecord, later: TrainingRecord): readonly Step[] {
  const steps: Step[] = []
  let [a, b] = [earlier.last, later.last]
  while (a !== b) {
    if (b && lengthOf(b) >= lengthOf(a)) {
      steps.push(b.step)
      b = b.before
    } else a = a!.before
  }
  return steps.reverse()
}

/** The steps of a record in order. */
export const stepsOf = (record: TrainingRecord): readonly Step[] => since(empty, record)

/** The last steps of a record. */
function lastOf({ last }: TrainingRecord, count: number): readonly Step[] {
  const steps: Step[] = []
  for (let link = last; link && steps.length < count; link = link.before) steps.push(link.step)
  return steps.reverse()
}

function opened(rounds: Rounds, run: object, revision: number): Rounds {
  open.set(rounds, { run, revision })
  return rounds
}

const records: RecordKeeping<TrainingRecord> = {
  repeat: (record, before, after, { span, run, since: first, firstObject }) => {
    const steps = since(before, after)
    const known = record.last?.step
    const mark = known?.kind === 'rounds' ? open.get(known) : undefined
    if (known?.kind !== 'rounds' || mark?.run !== run)
      return steps.length === 0
        ? record
        : append(record, [
            opened({ kind: 'rounds', steps, condition: span, since: first, firstObject }, run, 0),
          ])
    if (steps.length === 0 || saySame(known.steps, steps) || mark.revision > mostRevisions) return record
    const revision = mark.revision + 1
    const next = revision <= mostRevisions ? steps : known.steps.map(varying)
    return append({ last: record.last!.before }, [opened({ ...known, steps: next }, run, revision)])
  },
  counted: (record, count) => {
    const known = record.last?.step
    if (known?.kind !== 'rounds' || !open.has(known)) return record
    return append({ last: record.last!.before }, [{ ...known, count }])
  },
  addsNothing: (before, after) => {
    const steps = since(before, after)
    return saySame(lastOf(before, steps.length), steps)
  },
}

const recordType: HostType<TrainingRecord> = {
  name: 'training',
  members: {},
  records,
  unknownState: (record, { reason }, states) => {
    const ways = states.map(state => since(record, state))
    const [first = []] = ways
    if (ways.every(way => saySame(way, first))) return append(record, first)
    return reason?.span ? append(record, [{ kind: 'alternatives', condition: reason.span, ways }]) : record
  },
}

/** A record without steps. */
export function startRecord(trace: Tracer): HostObject<TrainingRecord> {
  return trace.host(recordType, empty)
}

export function clearRecord(trace: Tracer, record: HostObject<TrainingRecord>): void {
  trace.heap.setState(record, empty)
}

export function addStep(trace: Tracer, record: HostObject<TrainingRecord>, step: Step): void {
  trace.heap.setState(record, append(record.state, [step]))
}

/** A step of a loop that is not the same in each of its rounds. */
function varying(step: Step): Step {
  const reason = 'it is not the same in all rounds'
  switch (step.kind) {
    case 'descent': {
      const { loss: _, ...rest } = step
      return { ...rest, reason, open: reason }
    }
    case 'assignment':
      return { ...step, writes: step.writes.map(({ moved }): Write => ({ moved, reason })) }
    case 'rounds':
      return { ...step, steps: step.steps.map(varying) }
    case 'alternatives':
      return { ...step, ways: step.ways.map(way => way.map(varying)) }
    case 'unfollowed':
      return step
  }
}

function saySame(a: readonly Step[], b: readonly Step[]): boolean {
  return a.length === b.length && a.every((step, i) => saysSame(step, b[i]!))
}

/** Whether two steps of one place do the same, except that draws have places of their own in each. */
export function saysSame(a: Step, b: Step): boolean {
  if (a === b) return true
  if (a.kind === 'rounds' && b.kind === 'rounds')
    return a.condition === b.condition && sameAttribute(a.count, b.count) && saySame(a.steps, b.steps)
  if (a.kind === 'alternatives' && b.kind === 'alternatives')
    return (
      a.condition === b.condition &&
      a.ways.length === b.ways.length &&
      a.ways.every((way, i) => saySame(way, b.ways[i]!))
    )
  if (!('origin' in a && 'origin' in b) || a.origin.span !== b.origin.span) return false
  if (a.kind === 'descent' && b.kind === 'descent') return descendSame(a, b)
  if (a.kind === 'assignment' && b.kind === 'assignment') return writeSame(a.writes, b.writes)
  return a.kind === b.kind
}

function descendSame(a: Descent, b: Descent): boolean {
  const [left, right] = [a.loss?.outputs ?? [], b.loss?.outputs ?? []]
  return (
    a.reason === b.reason &&
    a.open === b.open &&
    a.changed === b.changed &&
    writeSame(a.gradients ?? [], b.gradients ?? []) &&
    a.loss?.compilation?.origin === b.loss?.compilation?.origin &&
    left.length === right.length &&
    left.every(({ node }, i) => sameComputation(node, right[i]!.node)) &&
    sameMoved(a.moved, b.moved) &&
    sameMoved(a.statistics, b.statistics) &&
    settingsOf(a) === settingsOf(b)
  )
}

/** What is set, as a text: sizes that are symbols included. */
function settingsOf({ optimizer: { kind, reason, settings }, schedule }: Descent): string {
  const entries = Object.entries(settings).map(([name, { value }]) => `${name}=${attributeKey(value)}`)
  return [kind, reason, ...entries, attributeKey(schedule?.epochs), attributeKey(schedule?.batchSize)].join(
    ' ',
  )
}

function sameMoved(a: Descent['moved'], b: Descent['moved']): boolean {
  return a.length === b.length && a.every(({ parameter: { node } }, i) => node === b[i]!.parameter.node)
}

const sameValues = (a: Node | undefined, b: Node | undefined): boolean =>
  a && b ? sameComputation(a, b) : a === b

/** Whether a value is what another one is in the first round. */
const isFirst = ({ value }: Write, { atFirst }: Write): boolean =>
  atFirst !== undefined && sameValues(value, atFirst)

function writeSame(a: readonly Write[], b: readonly Write[]): boolean {
  return (
    a.length === b.length &&
    a.every((own, i) => {
      const other = b[i]!
      const isOne = own.moved.parameter.node === other.moved.parameter.node && own.reason === other.reason
      return isOne && (sameValues(own.value, other.value) || isFirst(own, other) || isFirst(other, own))
    })
  )
}
