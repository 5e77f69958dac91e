/** So many bytes tell the kind of a file. */
export const MAGIC_BYTES = 512;
const SAVE_AS = 'save it as CSV, NDJSON or Parquet';
const UNPACK = 'unpack it, or pack it with gzip';

/** First bytes of files that are no tables for us, as latin1, and what they are. */
const KINDS: readonly (readonly [start: string, what: string])[] = [
  ['PAR1', 'Parquet, which can only be read from a file; send CSV or NDJSON'],
  ['\xd0\xcf\x11\xe0', `an Excel workbook (.xls); ${SAVE_AS}`],
  ['SQLite format 3', `a SQLite database; ${SAVE_AS}`],
  ['%PDF', `a PDF document; ${SAVE_AS}`],
  ['ARROW1', `an Arrow (Feather) file; ${SAVE_AS}`],
  ['Obj\x01', `an Avro file; ${SAVE_AS}`],
  ['ORC', `an ORC file; ${SAVE_AS}`],
  ['\x89HDF', `an HDF5 file; ${SAVE_AS}`],
  ['BZh', `packed with bzip2; ${UNPACK}`],
  ['\xfd7zXZ', `packed with xz; ${UNPACK}`],
  ['\x28\xb5\x2f\xfd', `packed with zstd; ${UNPACK}`],
  ['7z\xbc\xaf', `a 7z archive; ${UNPACK}`],
  ['<', `HTML or XML; ${SAVE_AS}`],
];
const ZIP = 'PK\x03\x04';
/** Names of the first entries of Office files. */
const OFFICE = /\[Content_Types\]\.xml|_rels\/|xl\/|docProps\//;

/**
 * What a file is that is not CSV, NDJSON or JSON, and what to do about it.
 *
 * @param first - its first bytes, at least 512 if it has so many
 * @returns undefined when it may be a table
 */
export function fileKindOf(first: Uint8Array): string | undefined {
  const text = Buffer.from(first.subarray(0, MAGIC_BYTES)).toString('latin1');
  if (!text.startsWith(ZIP)) return KINDS.find(([start]) => text.startsWith(start) && !isHeader(text, start))?.[1];
  if (OFFICE.test(text)) return `an Excel workbook (.xlsx); ${SAVE_AS}`;
  return text.includes('opendocument') ? `an OpenDocument file; ${SAVE_AS}` : `a zip archive; ${UNPACK}`;
}

/** A header line may begin as a binary file does, but goes on as text. */
function isHeader(text: string, start: string): boolean {
  return /^[A-Za-z]+$/.test(start) && /^[\t -~]+[\r\n]/.test(text);
}
