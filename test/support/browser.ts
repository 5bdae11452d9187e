import chromium from '@sparticuz/chromium'
import axe from 'axe-core'
import { type Browser, chromium as driver, type Page } from 'playwright-core'

/**
 * A headless Chromium. The package of the developer dependency has one for Linux; elsewhere, and to try another one, the
 * variable CHROMIUM names it.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? (await chromium.executablePath())
  return driver.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--headless=shell'] })
}

/** A page that holds a text, with all that it said, asked for or broke. */
export async function openPage(browser: Browser, html: string, scheme: 'light' | 'dark' = 'light') {
  const page = await browser.newPage({ colorScheme: scheme, viewport: { width: 1400, height: 900 } })
  const problems: string[] = []
  page.on('console', message => problems.push(message.text()))
  page.on('pageerror', error => problems.push(String(error)))
  page.on('request', request => {
    if (!/^(data|about):/.test(request.url())) problems.push(`asks for ${request.url()}`)
  })
  await page.setContent(html)
  return { page, problems }
}

/** What of a page is not accessible, with all of it unfolded: each rule with an element that breaks it. */
export async function inaccessibleIn(page: Page): Promise<readonly string[]> {
  await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true')
  // The policy of a page may forbid other scripts, so the check comes through the debugger.
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: axe.source })
  return (await page.evaluate(
    'axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html.slice(0, 200)))',
  )) as readonly string[]
}
