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
