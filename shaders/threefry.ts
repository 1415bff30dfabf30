/**
 * Threefry-2x32-20: a counter-based generator. Two key words and two counter words give two random words, with no state.
 *
 * Convention of this project, the same bits in TypeScript and WGSL: key = (seed, use), counter = (pair, step). Element i of a
 * stream is word i & 1 of the pair i >> 1. `use` separates the streams of one seed (weights, data, noise, …).
 *
 * Source   Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as easy as 1, 2, 3. The same function as JAX's.
 */

/** Source: Salmon et al. (2011), table for 2x32, one row per group of four rounds, alternating. */
const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
const GROUPS = 5;
/** Key-schedule parity constant of Threefish, 32-bit. */
const PARITY = 0x1bd11bda;

/** (k0, k1): key; (c0, c1): counter; all u32. Two u32. */
export const threefry2x32 = (k0: number, k1: number, c0: number, c1: number): readonly [number, number] => {
  const key = [k0 | 0, k1 | 0, k0 ^ k1 ^ PARITY] as const;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let group = 0; group < GROUPS; group++) {
    for (const r of ROTATIONS[(group & 1) as 0 | 1]) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    }
    x0 = (x0 + key[((group + 1) % 3) as 0 | 1 | 2]) | 0;
    x1 = (x1 + key[((group + 2) % 3) as 0 | 1 | 2] + group + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
};

/** Four rounds and a key injection. Every value has a name of its own: CPU rasterisers pay for each write to a variable. */
const wgslGroup = (group: number): string => {
  const rounds = ROTATIONS[(group & 1) as 0 | 1].map((r, i) => {
    const [n, next] = [4 * group + i, 4 * group + i + 1];
    const [x, y] = i === 0 ? [`a${n}`, `b${n}`] : [`x${n}`, `y${n}`];
    return `let x${next} = ${x} + ${y}; let y${next} = ((${y} << ${r}u) | (${y} >> ${32 - r}u)) ^ x${next};`;
  });
  const end = 4 * group + 4;
  return `  ${rounds.join('\n  ')}
  let a${end} = x${end} + k${(group + 1) % 3}; let b${end} = y${end} + k${(group + 2) % 3} + ${group + 1}u;`;
};

/** WGSL twin: fn threefry2x32(key: vec2u, counter: vec2u) -> vec2u. */
export const THREEFRY_WGSL = `
fn threefry2x32(key: vec2u, counter: vec2u) -> vec2u {
  let k0 = key.x; let k1 = key.y; let k2 = key.x ^ key.y ^ ${PARITY}u;
  let a0 = counter.x + k0; let b0 = counter.y + k1;
${Array.from({ length: GROUPS }, (_, g) => wgslGroup(g)).join('\n')}
  return vec2u(a${4 * GROUPS}, b${4 * GROUPS});
}`;
