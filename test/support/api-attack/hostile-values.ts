/** Stands in whatever an attack sends, so that a log can be searched for it. */
export const mark = 'xylograph'

const injections = [
  `${mark}' OR '1'='1' -- `,
  `${mark}'; DROP TABLE leads; -- `,
  `${mark}\\' UNION SELECT password_hash FROM users -- `,
  `${mark}") OR 1=1 #`,
  `%${mark}_%`,
  `../../../../etc/passwd?${mark}`,
  `..\\..\\${mark}`,
  `{{${mark}}}\${${mark}}<script>`,
  `\u202e${mark}\u0130ß😀`,
]

/** Texts that a text field may take, or refuse, but never stumble over. */
export const hostileTexts: readonly string[] = [
  ...injections,
  `${mark}\u0000`,
  `\u0000`,
  `\ud800${mark}`,
  '',
  ' ',
  `${mark}`.repeat(14_000),
  'NaN',
  '-1',
  '99999999999999999999',
  '1e309',
  '0x10',
  '2026-02-30T25:61:00Z',
  '+275760-09-13T00:00:00.001Z',
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  '999999999999999:00000000-0000-7000-8000-000000000000',
  '9999999999999:ffffffff-ffff-ffff-ffff-ffffffffffff',
  '0:00000000-0000-0000-0000-000000000000',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '9007199254740993',
  'constructor',
  '__proto__',
]

/** What JSON can hold in place of the value that is asked for. */
export const hostileJson: readonly unknown[] = [
  ...hostileTexts,
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e300,
  [],
  [[mark]],
  {},
  { [mark]: mark },
  { constructor: { prototype: mark } },
  [null],
  Array.from({ length: 2_000 }, () => mark),
]

/** Texts for an address, percent-encoded where they have to be, and some that are no encoding at all. */
export const hostileSegments: readonly string[] = [
  ...injections.map((text) => encodeURIComponent(text)),
  '%00',
  `${mark}%00`,
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%5c..%5cetc',
  '%ff%fe',
  '%',
  '%zz',
  'null',
  'undefined',
  '[object%20Object]',
  '-1',
  '0',
  mark.repeat(100),
  mark.repeat(700),
  '00000000-0000-0000-0000-00000000000g',
  '00000000-0000-0000-0000-000000000000%20',
]
