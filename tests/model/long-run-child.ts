import { createAnthropicModel } from '../../src/model/anthropic.ts';
import { loadPrices } from '../../src/model/pricing.ts';
import { converse } from './converse.ts';

/** A long run in a process of its own, so that its memory is the product's alone. Prints one line of JSON. */
const [baseURL = '', apiKey = '', turns = '', size = ''] = process.argv.slice(2);
const model = createAnthropicModel({
  model: 'claude-sonnet-5-5',
  baseURL,
  apiKey,
  prices: loadPrices(),
});
let n = 0;
const answered = await converse(model, {
  turns: Number(turns),
  run: () => {
    n += 1;
    const line = `${n}: some source text that fills an observation, ä\n`;
    return line.repeat(Math.ceil(Number(size) / line.length)).slice(0, Number(size));
  },
});
const usages = answered.map(({ usage }) => usage);
const maxRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ usages, maxRssMb, observations: n })}\n`);
