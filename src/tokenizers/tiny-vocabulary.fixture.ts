/** A vocabulary of our own in the shape of a `tokenizer.json`: single bytes and a handful of merges. */

/** Every byte as the printable character that byte-level vocabularies write for it. */
function byteCharacters(): string[] {
  let shifted = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCharCode(isPrintable ? byte : shifted++);
  });
}

const SPACE = byteCharacters()[32]!;
const MERGES: readonly (readonly [string, string])[] = [
  ['a', 'a'],
  ['aa', 'aa'],
  ['t', 'h'],
  ['th', 'e'],
  [SPACE, 'the'],
  ['i', 'n'],
];

export function tinyVocabulary(): object {
  const tokens = [...byteCharacters(), ...MERGES.map((pair) => pair.join(''))];
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: MERGES,
      unk_token: null,
      byte_fallback: false,
    },
  };
}
