// Charts in SVG. Each is a figure with a name that says what it shows; the numbers
// stand in a table beside it, so that colour and shape tell nothing alone.

import { h, s } from './dom.js';

const ROW = 28;

// figure draws again when its width changes, so that text keeps its size.
function figure(name, height, draw) {
  const svg = s('svg', { role: 'img', 'aria-label': name, height, width: '100%' });
  const node = h('figure', { class: 'chart' }, svg);
  let width = 0;
  const again = () => {
    if (node.clientWidth === 0) return;
    width = node.clientWidth;
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.replaceChildren(...draw(width));
  };
  new ResizeObserver(() => { if (node.clientWidth !== width) again(); }).observe(node);
  return { node, again };
}

// bars draws a bar for each of {name, value}, the names beside them.
export function bars(name, items, format) {
  const most = Math.max(...items.map((item) => item.value), 0) || 1;
  return figure(name, Math.max(1, items.length) * ROW, (width) => {
    const names = Math.min(220, width * 0.38);
    const room = width - names - 76;
    const fits = Math.floor(names / 7.6);
    return items.map((item, i) => s('g', { transform: `translate(0 ${i * ROW})` },
      s('text', { x: names - 8, y: 18, 'text-anchor': 'end' }, s('title', null, item.name), item.name.length > fits ? `${item.name.slice(0, fits - 1)}…` : item.name),
      s('rect', { class: 'bar', x: names, y: 4, width: Math.max(1, item.value / most * room), height: ROW - 8, rx: 3 }),
      s('text', { class: 'value', x: names + Math.max(1, item.value / most * room) + 6, y: 18 }, format(item.value))));
  }).node;
}

// round gives the next number that an axis can end with.
function round(n) {
  if (n <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 4, 6, 8, 10].find((step) => step * power >= n) * power;
}

// columns draws {name, values}, a column each, of parts above one another; kinds
// says their order.
export function columns(name, kinds, format, height = 220) {
  let items = [];
  const drawn = figure(name, height, (width) => {
    const most = round(Math.max(...items.map((item) => kinds.reduce((sum, kind) => sum + (item.values[kind] ?? 0), 0)), 0));
    const [left, bottom, top] = [58, 24, 10];
    const room = height - bottom - top;
    const step = (width - left) / Math.max(1, items.length);
    const lines = [0, 0.5, 1].map((share) => s('g', null,
      s('line', { class: 'grid', x1: left, x2: width, y1: top + room * (1 - share), y2: top + room * (1 - share) }),
      s('text', { class: 'value', x: left - 8, y: top + room * (1 - share) + 4, 'text-anchor': 'end' }, format(most * share))));
    const wide = Math.min(step * 0.76, 48);
    const every = Math.ceil(items.length * 74 / (width - left));
    return [...lines, ...items.map((item, i) => {
      let y = top + room;
      return s('g', null, s('title', null, `${item.name}: ${kinds.map((kind) => `${kind} ${format(item.values[kind] ?? 0)}`).join(', ')}`),
        kinds.map((kind, k) => {
          const tall = (item.values[kind] ?? 0) / most * room;
          y -= tall;
          return tall > 0 && s('rect', { class: `bar part-${k}`, x: left + (i + 0.5) * step - wide / 2, y, width: wide, height: tall });
        }),
        i % every === 0 && s('text', { class: 'value', x: left + (i + 0.5) * step, y: height - 6, 'text-anchor': 'middle' }, item.name));
    })];
  });
  const legend = kinds.length > 1 && h('ul', { class: 'legend' }, kinds.map((kind, k) => h('li', { class: `part-${k}` }, kind)));
  return { node: h('div', null, legend, drawn.node), update(all) { items = all; drawn.again(); } };
}
