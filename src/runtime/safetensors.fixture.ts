/** Files of any header, for tests. */
export const fileOf = (header: string, body = new Uint8Array(0)): Uint8Array => {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + body.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(body, 8 + json.length);
  return file;
};
