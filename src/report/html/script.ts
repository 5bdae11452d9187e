/**
 * What the page does: pointing at a term marks the code that computes it, pointing at code or at the number of a line
 * marks its terms. Everything can be read without it.
 */
export const script = `
for (const article of document.querySelectorAll('article')) {
  const byNode = new Map()
  for (const element of article.querySelectorAll('[data-n]'))
    for (const id of element.dataset.n.split(' ')) {
      if (!byNode.has(id)) byNode.set(id, [])
      byNode.get(id).push(element)
    }
  let marked = []
  const clear = () => {
    for (const element of marked) element.classList.remove('lit')
    marked = []
  }
  const show = target => {
    clear()
    const element = target instanceof Element ? target.closest('[data-n]') : null
    if (!element) return
    for (const id of element.dataset.n.split(' '))
      for (const other of byNode.get(id) ?? []) {
        other.classList.add('lit')
        marked.push(other)
      }
  }
  article.addEventListener('pointerover', event => show(event.target))
  article.addEventListener('pointerleave', clear)
  article.addEventListener('focusin', event => show(event.target))
  article.addEventListener('focusout', clear)
  article.addEventListener('click', event => {
    const element = event.target instanceof Element ? event.target.closest('.katex [data-n]') : null
    if (!element) return
    const place = element.dataset.n.split(' ').flatMap(id => byNode.get(id) ?? []).find(other => other.classList.contains('stretch'))
    place?.scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' })
  })
}
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true
})
`
