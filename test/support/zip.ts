import { inflateRawSync } from 'node:zlib'

const endOfDirectory = 0x06054b50
const deflated = 8

/** The files of a ZIP archive by name (PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). */
export function filesInZip(archive: Buffer): ReadonlyMap<string, Buffer> {
  let end = archive.length - 22
  while (archive.readUInt32LE(end) !== endOfDirectory) end--
  const files = new Map<string, Buffer>()
  let at = archive.readUInt32LE(end + 16)
  for (let i = archive.readUInt16LE(end + 10); i > 0; i--) {
    const [method, size] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)]
    const lengths = [28, 30, 32].map(offset => archive.readUInt16LE(at + offset))
    const name = archive.toString('utf8', at + 46, at + 46 + lengths[0]!)
    const local = archive.readUInt32LE(at + 42)
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
    const content = archive.subarray(start, start + size)
    files.set(name, method === deflated ? inflateRawSync(content) : content)
    at += 46 + lengths.reduce((sum, length) => sum + length, 0)
  }
  return files
}
