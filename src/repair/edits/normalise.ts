/** Text with its white space reduced, so that edits that only differ in layout count once; indentation stays. */
export function normalise(text: string): string {
  return text.replace(/(?<=\S)[ \t]+/g, ' ').replace(/ ?([(),[\]{}:=<>+*/%-]) ?/g, '$1');
}
