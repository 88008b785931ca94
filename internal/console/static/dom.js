// Elements, made without markup: every text becomes a text node, so nothing that
// the API tells can be anything but text.

function made(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// h makes an element of HTML, s one of SVG.
export function h(tag, attributes, ...children) {
  return made(document.createElement(tag), attributes, children);
}

export function s(tag, attributes, ...children) {
  return made(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

// say tells people who listen to the page, once.
export function say(text) {
  const place = document.getElementById('said');
  place.textContent = '';
  setTimeout(() => { place.textContent = text; }, 50);
}

// table makes a table that can be scrolled with the keyboard where it is too wide.
// A column is {name, cell(row)}, and may be of numbers or wide, for sentences; the
// first is the row's header.
export function table(caption, columns, rows, empty) {
  const body = h('tbody');
  const fill = (all) => {
    body.replaceChildren(...all.map((row) => h('tr', null, columns.map((c, i) => {
      const cell = c.cell(row);
      return h(i === 0 ? 'th' : 'td', { scope: i === 0 ? 'row' : null, class: c.number ? 'number' : c.wide && 'wide' }, cell === null || cell === undefined || cell === '' ? '–' : cell);
    }))));
    if (all.length === 0) body.append(h('tr', null, h('td', { colspan: columns.length, class: 'none' }, empty ?? 'None.')));
  };
  fill(rows);
  const node = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', null, h('caption', { class: 'unseen' }, caption),
      h('thead', null, h('tr', null, columns.map((c) => h('th', { scope: 'col', class: c.number ? 'number' : null }, c.name)))), body));
  return { node, fill };
}

// facts is a list of names and values; what has none, or false, is left out.
export function facts(pairs) {
  return h('dl', { class: 'facts' }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false)
    .map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))));
}

let ids = 0;

// field is a control with its label, and what it is for beneath.
export function field(label, control, hint) {
  control.id ||= `field-${++ids}`;
  const told = hint && h('small', { id: `${control.id}-hint` }, hint);
  if (told) control.setAttribute('aria-describedby', told.id);
  return h('div', { class: 'field' }, h('label', { for: control.id }, label), control, told);
}

// select is a choice of [value, text] pairs.
export function select(options, value, attributes) {
  return h('select', attributes, options.map(([v, text]) => h('option', { value: v, selected: v === value }, text)));
}

// badge is a word with a tone that colour only repeats.
export function badge(text, tone) {
  return h('span', { class: `badge ${tone ?? ''}` }, text);
}
