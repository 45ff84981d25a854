const token = String.raw`[\w!#$&^.+-]+`
const type = String.raw`(?:\*/\*|${token}/(?:\*|${token}))`
const parameter = String.raw` *; *(${token})=${token}`
const range = new RegExp(`^ *${type}(?:${parameter})*$`)
const quality = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/** Whether a header Accept is of the plain kind that clients send, without quotes and twists. */
export const isReadableAccept = (header: string): boolean =>
  header.split(',').every(isReadableRange)

function isReadableRange(text: string): boolean {
  if (!range.test(text)) return false
  const given = [...text.matchAll(new RegExp(String.raw`; *(${token})=(${token})`, 'g'))]
  const names = given.map(([, name]) => name?.toLowerCase())
  if (new Set(names).size < names.length) return false
  return given.every(([, name, value = '']) => name?.toLowerCase() !== 'q' || quality.test(value))
}
