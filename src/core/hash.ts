/** FNV-1a of a text's UTF-16 units, 32 bits, hexadecimal: tells texts apart, and protects nothing. Source: Fowler, Noll & Vo, RFC 9923. */
export const fnv1a = (text: string): string => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
};
