// Chance that comes out the same on every day, and the same as with `random.Random` of Python.
//
// The generator is the Mersenne Twister of M. Matsumoto and T. Nishimura (1998), seeded by an array
// of one word. It is also that of transformers.js from 4.0 on.

const LENGTH = 624;
const SHIFT = 397;

// Draw numbers between 0 and 1, the same ones for the same seed, a number below 2 ** 32.
export function drawing(seed) {
  const state = seeded(Math.abs(seed));
  let place = LENGTH;
  const word = () => {
    if (place === LENGTH) place = renewed(state);
    let drawn = state[place];
    place += 1;
    drawn ^= drawn >>> 11;
    drawn ^= (drawn << 7) & 0x9d2c5680;
    drawn ^= (drawn << 15) & 0xefc60000;
    return (drawn ^ (drawn >>> 18)) >>> 0;
  };
  return () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
}

function seeded(seed) {
  const state = new Uint32Array(LENGTH);
  const mixed = (place, factor) => Math.imul(state[place] ^ (state[place] >>> 30), factor);
  state[0] = 19650218;
  for (let at = 1; at < LENGTH; at += 1) state[at] = mixed(at - 1, 1812433253) + at;
  let at = 1;
  const stir = (times, factor, more) => {
    for (let time = 0; time < times; time += 1) {
      state[at] = (state[at] ^ mixed(at - 1, factor)) + more(at);
      at += 1;
      if (at === LENGTH) [state[0], at] = [state[LENGTH - 1], 1];
    }
  };
  stir(LENGTH, 1664525, () => seed);
  stir(LENGTH - 1, 1566083941, (here) => -here);
  state[0] = 0x80000000;
  return state;
}

// Make the next words out of the last ones; returns the place of the first of them.
function renewed(state) {
  for (let at = 0; at < LENGTH; at += 1) {
    const both = (state[at] & 0x80000000) | (state[(at + 1) % LENGTH] & 0x7fffffff);
    state[at] = state[(at + SHIFT) % LENGTH] ^ (both >>> 1) ^ (both & 1 ? 0x9908b0df : 0);
  }
  return 0;
}
