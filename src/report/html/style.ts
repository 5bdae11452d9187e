/** The look of the page: colours of the reader's choice of light or dark, and a form for print. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #14171c);
  --raised: light-dark(#f5f6f8, #1d2129);
  --line: light-dark(#d5d9e0, #3a414d);
  --text: light-dark(#1a1d23, #e6e8ec);
  --quiet: light-dark(#565d69, #a3abb8);
  --link: light-dark(#0a58ca, #8ab8ff);
  --good: light-dark(#176b35, #6fd08f);
  --bad: light-dark(#b3261e, #ff9a90);
  --open: light-dark(#7a5200, #f0c060);
  --lit: light-dark(#cfe3ff, #2b4a75);
  --mark: light-dark(#ffe1dd, #5a2622);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 110rem; padding: 1rem clamp(0.75rem, 2vw, 2rem); background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; }
h1.question { font-size: 1rem; font-weight: 400; color: var(--quiet); margin: 0; }
h2 { font-size: 1.35rem; margin: 0; overflow-wrap: anywhere; }
h3 { font-size: 1.1rem; margin: 1.75rem 0 0.5rem; }
h4 { font-size: 1rem; margin: 0 0 0.35rem; overflow-wrap: anywhere; }
p { margin: 0.35rem 0; }
a { color: var(--link); }
a.quiet { color: inherit; text-decoration-color: var(--line); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code, .numbers, .listing { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: 0.875em; }
article { border-top: 1px solid var(--line); padding-top: 1.25rem; margin-top: 1.25rem; }
article:first-child { border-top: 0; }
.verdict { border-left: 0.4rem solid currentColor; padding-left: 0.9rem; }
.verdict p.word { color: inherit; font-size: 1.35rem; font-weight: 700; margin: 0; }
.verdict p, .verdict h2 code { color: var(--text); }
.verdict.is-as-written, .sign.is-as-written { color: var(--good); }
.verdict.is-differs, .sign.is-differs, .verdict.is-unusable, .sign.is-unusable { color: var(--bad); }
.verdict.is-unverified, .sign.is-unverified, .verdict.is-accepted, .sign.is-accepted { color: var(--open); }
.sign { white-space: nowrap; font-weight: 600; }
.cited, .remark, .verdict .cited { color: var(--quiet); }
.counts { font-weight: 600; }
.card { border: 1px solid var(--line); border-left-width: 0.3rem; border-radius: 0.3rem; padding: 0.75rem 1rem; margin: 0.75rem 0; background: var(--raised); }
.card.is-differs { border-left-color: var(--bad); }
.card.is-unverified, .card.is-accepted { border-left-color: var(--open); }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0.75rem; margin: 0.75rem 0; }
.sides > div { background: var(--ground); border: 1px solid var(--line); border-radius: 0.3rem; padding: 0.5rem 0.75rem; }
dt { font-weight: 600; }
dd { margin: 0; }
.facts > div { display: grid; grid-template-columns: 6rem 1fr; gap: 0.5rem; }
.facts dt { color: var(--quiet); font-weight: 400; }
.math { overflow-x: auto; overflow-y: hidden; padding: 0.15rem 0; }
span.math { display: block; }
table.clauses .math { display: inline-block; max-width: 100%; vertical-align: middle; }
.math .katex-display { margin: 0.25rem 0; text-align: left; }
.math .katex-display > .katex { text-align: left; white-space: normal; }
.differs { background: var(--mark); text-decoration: underline; text-decoration-color: var(--bad); border-bottom: 2px solid var(--bad); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; user-select: none; }
.katex .differs { display: inline-block; text-decoration: none; }
.lit { background: var(--lit); border-radius: 0.15rem; }
tr.lit > td { background: var(--lit); }
.panes { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 2rem; }
@media (min-width: 75rem) {
  .panes { grid-template-columns: minmax(0, 13fr) minmax(0, 7fr); align-items: start; }
  .panes > .code { position: sticky; top: 0.5rem; }
}
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 600; }
caption { text-align: left; padding: 0.35rem 0.6rem; color: var(--quiet); }
td.count { text-align: right; font-variant-numeric: tabular-nums; }
.numbers { overflow-wrap: anywhere; }
table.equations { table-layout: fixed; }
.systems { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem; }
.items { list-style: none; margin: 0; padding-left: 0; }
li.odd { border-left: 0.3rem solid var(--bad); padding-left: 0.6rem; background: var(--raised); }
.item { display: flex; gap: 0.75rem; align-items: baseline; }
.item > .math { flex: 1; min-width: 0; }
.item > p { flex: none; margin: 0; color: var(--quiet); }
.steps { padding-left: 1.25rem; }
.items .items { padding-left: 1.25rem; border-left: 2px solid var(--line); }
.listing { border: 1px solid var(--line); border-radius: 0.3rem; max-height: min(80vh, 60rem); overflow: auto; background: var(--raised); }
.listing ol { list-style: none; margin: 0; padding: 0.5rem 0; width: max-content; min-width: 100%; }
.listing li { display: flex; white-space: pre; min-height: 1.5em; }
.listing li:target, .listing li.notable { background: var(--mark); }
.listing .number { flex: none; width: 3.5rem; padding-right: 1rem; text-align: right; color: var(--quiet); text-decoration: none; user-select: none; }
.listing code { font-size: 1em; }
.listing .gap { padding-left: 3.5rem; color: var(--quiet); }
.card > h3 { margin-top: 0; }
figure { margin: 0.75rem 0; max-width: 56rem; }
figcaption { color: var(--quiet); }
mark { background: none; color: inherit; text-decoration: underline; text-decoration-color: var(--bad); text-decoration-thickness: 2px; text-underline-offset: 0.2em; }
ins, del { text-decoration: none; padding-left: 0.75rem; border-left: 0.3rem solid transparent; width: 100%; }
ins { border-left-color: var(--good); background: var(--lit); }
del { border-left-color: var(--bad); background: var(--mark); }
details { margin: 0.5rem 0; }
summary { cursor: pointer; }
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg .box rect { fill: var(--raised); stroke: var(--line); }
svg .box.lit rect { fill: var(--lit); }
svg text { fill: var(--text); }
svg text.detail { fill: var(--quiet); }
svg .edge { fill: none; stroke: var(--quiet); }
svg marker path { fill: var(--quiet); }
footer { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 0.5rem; color: var(--quiet); font-size: 0.9rem; }
@media (max-width: 48rem) {
  :is(table.equations, table.clauses) { display: block; }
  :is(table.equations, table.clauses) thead { display: none; }
  :is(table.equations, table.clauses) :is(tbody, tr, td) { display: block; }
  :is(table.equations, table.clauses) td { border-bottom: 0; }
  :is(table.equations, table.clauses) td::before { content: attr(data-label); font-weight: 600; color: var(--quiet); }
  :is(table.equations, table.clauses) tr { border-bottom: 1px solid var(--line); }
  body { overflow-wrap: anywhere; }
  thead th { overflow-wrap: normal; }
  table.clauses td { padding-block: 0.1rem; }
  table.clauses td[data-label]::before { content: attr(data-label) ': '; }
  table.clauses td:empty { display: none; }
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; font-size: 10pt; }
  .panes { display: block; }
  .panes > .code { position: static; }
  .listing { max-height: none; overflow: visible; }
  .listing li { white-space: pre-wrap; }
  .card, tr, figure { break-inside: avoid; }
}
`
