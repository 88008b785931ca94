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
// when the view is left, it drops.
export async function load(view, place, get, show) {
  const waiting = h('p', { class: 'quiet' }, 'Loading …');
  place.setAttribute('aria-busy', 'true');
  place.replaceChildren(waiting);
  const slow = setTimeout(() => { waiting.textContent = 'Still waiting for an answer …'; }, SLOW);
  try {
    const got = await get();
    if (!view.signal.aborted) place.replaceChildren(...[show(got)].flat());
  } catch (fault) {
    if (view.signal.aborted) return;
    if (fault.status === 401) { view.leave(fault.message); return; }
    place.replaceChildren(problem(fault, () => load(view, place, get, show)));
  } finally {
    clearTimeout(slow);
    place.removeAttribute('aria-busy');
  }
}

// place is a section of a page with its heading, and room for what is loaded.
export function section(heading, hint) {
  const room = h('div', { class: 'room' });
  const node = h('section', null, h('h2', null, heading), hint && h('p', { class: 'quiet' }, hint), room);
  return { node, room };
}
