import chromium from '@sparticuz/chromium'

/**
 * Unpacks the browser before any test file runs: each runs in a process of its own, and one that finds what another one
 * is still unpacking would start half a browser.
 */
export default async function unpackBrowser(): Promise<void> {
  if (process.env.CHROMIUM === undefined) await chromium.executablePath()
}
