// The page: who looks, and which of the views. Views have addresses below #/.

import { h, say, field } from './dom.js';
import { ask, session } from './api.js';
import { problem as failure } from './load.js';
import { live } from './live.js';
import { parcels, parcelView } from './parcels.js';
import { reports } from './reports.js';
import { endpoints, endpointView } from './endpoints.js';

const VIEWS = [
  { path: 'live', name: 'Live', show: live, allowed: () => session.operates },
  { path: 'parcels', name: 'Parcels', show: parcels, one: parcelView, allowed: () => session.may('read') },
  { path: 'reports', name: 'Reports', show: reports, allowed: () => session.may('read') },
  { path: 'endpoints', name: 'Endpoints', show: endpoints, one: endpointView, allowed: () => session.may('read') || session.may('endpoints') },
];

const main = document.getElementById('main');
const nav = document.getElementById('nav');
const who = document.getElementById('who');
let leaving = new AbortController(); // ends what the present view has under way
let shown = null;

// place reads the address: the view, what is shown in it, and how.
function place() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const steps = path.split('/').map((step) => { try { return decodeURIComponent(step); } catch { return ''; } });
  return { name: steps[0], rest: steps.slice(1).filter(Boolean), query: new URLSearchParams(query) };
}

function show() {
  if (location.hash === '#main') return; // the link that skips the navigation
  leaving.abort();
  leaving = new AbortController();
  if (!session.about) { signIn(); return; }
  const allowed = VIEWS.filter((view) => view.allowed());
  const at = place();
  const view = allowed.find((one) => one.path === at.name) ?? allowed[0];
  frame(allowed, view);
  if (!view) { nothing(); return; }
  const context = {
    signal: leaving.signal, query: at.query, leave: signOut,
    // go changes the address without leaving the view.
    go: (query) => history.replaceState(null, '', `#/${[view.path, ...at.rest.map(encodeURIComponent)].join('/')}?${new URLSearchParams(query)}`),
  };
  const heading = h('h1', { tabindex: '-1' }, view.name);
  const room = h('div');
  main.replaceChildren(heading, room);
  if (at.rest.length && view.one && view.path === at.name) view.one(context, room, heading, at.rest);
  else view.show(context, room, heading);
  document.title = `${heading.textContent} – Waybill`;
  if (shown !== null && shown !== location.hash) { heading.focus({ preventScroll: true }); scrollTo(0, 0); }
  shown = location.hash;
}

function frame(allowed, present) {
  nav.hidden = false;
  nav.replaceChildren(h('ul', null, allowed.map((view) => h('li', null,
    h('a', { href: `#/${view.path}`, 'aria-current': view === present ? 'page' : null }, view.name)))));
  who.hidden = false;
  who.replaceChildren(h('span', null, h('span', { class: 'unseen' }, 'Tenant '), session.about.tenant),
    h('button', { type: 'button', onclick: () => signOut('') }, 'Sign out'));
}

function nothing() {
  main.replaceChildren(h('h1', null, 'Nothing to show'), h('p', null,
    `This key may be used for ${session.about.scopes.join(', ')}. To look at something here it needs the scope read: `,
    h('code', null, `waybill keys new --tenant ${session.about.tenant} --scopes read`), ' makes one.'));
}

function signOut(why) {
  session.forget();
  history.replaceState(null, '', location.pathname);
  shown = null;
  leaving.abort();
  signIn(why);
}

function signIn(why) {
  nav.hidden = who.hidden = true;
  document.title = 'Sign in – Waybill';
  const key = h('input', { type: 'password', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', required: true });
  const fault = h('p', { class: 'problem', role: 'alert', id: 'fault', hidden: !why }, why ?? '');
  const button = h('button', { type: 'submit', class: 'main' }, 'Sign in');
  const enter = async (event) => {
    event.preventDefault();
    session.key = key.value.trim();
    button.disabled = true;
    fault.hidden = true;
    try {
      if (!/^[\x21-\x7e]+$/.test(session.key)) throw new Error('A key looks like wbk_abc..., without spaces.');
      session.about = await ask('/v4/key');
      session.keep(session.key);
      show();
      main.querySelector('h1')?.focus();
      say(`Signed in as ${session.about.tenant}`);
    } catch (problem) {
      session.forget();
      fault.textContent = problem.message;
      fault.hidden = false;
      key.setAttribute('aria-invalid', 'true');
      key.setAttribute('aria-describedby', `${key.id}-hint fault`);
      button.disabled = false;
      key.focus();
    }
  };
  main.replaceChildren(h('form', { class: 'sign-in', onsubmit: enter }, h('h1', null, 'Sign in'),
    field('API key', key, 'The first start of waybill up prints one; waybill keys new makes others. This tab forgets it when it is closed.'),
    fault, button));
  key.focus();
}

addEventListener('hashchange', show);
if (session.key) {
  try {
    session.about = await ask('/v4/key');
    show();
  } catch (problem) {
    if (problem.status === 401) signOut(problem.message);
    else main.replaceChildren(h('h1', null, 'Waybill'), failure(problem, () => location.reload()));
  }
} else {
  signIn();
}
