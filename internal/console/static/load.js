// Something that is asked for: while it is awaited, when it comes, and when not.

import { h } from './dom.js';

const SLOW = 2500; // ms until the page says that it still waits

// problem shows a failure, with a way to try again.
export function problem(fault, again) {
  return h('div', { class: 'problem', role: 'alert' }, h('p', null, fault.message),
    fault.id && h('p', { class: 'quiet' }, `The server's log has it as ${fault.id}.`),
    again && h('button', { type: 'button', onclick: again }, 'Try again'));
}

// load shows in a place what get gives, as show makes it. What it still waits for
// when the view is left, or the place has been given to a later load, it drops. Resolves to whether it was shown.
export async function load(view, place, get, show) {
  const waiting = h('p', { class: 'quiet' }, 'Loading …');
  place.setAttribute('aria-busy', 'true');
  place.replaceChildren(waiting);
  const awaited = () => {
    const is = !view.signal.aborted && waiting.parentNode === place;
    if (is) place.removeAttribute('aria-busy');
    return is;
  };
  const slow = setTimeout(() => { waiting.textContent = 'Still waiting for an answer …'; }, SLOW);
  try {
    const got = await get();
    if (!awaited()) return false;
    place.replaceChildren(...[show(got)].flat());
    return true;
  } catch (fault) {
    if (!awaited()) return false;
    if (fault.status === 401) view.leave(fault.message);
    else place.replaceChildren(problem(fault, () => load(view, place, get, show)));
    return false;
  } finally {
    clearTimeout(slow);
  }
}

// place is a section of a page with its heading, and room for what is loaded.
export function section(heading, hint) {
  const room = h('div', { class: 'room' });
  const node = h('section', null, h('h2', null, heading), hint && h('p', { class: 'quiet' }, hint), room);
  return { node, room };
}
