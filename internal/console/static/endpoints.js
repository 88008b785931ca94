// Endpoints: how they do, what was called of late, and what can be done about it.

import { h, table, facts, field, select, badge } from './dom.js';
import { ask, session } from './api.js';
import { load, section } from './load.js';
import { attempts, sendAgain } from './webhooks.js';
import { count, lasting, plain, title, tone, when } from './words.js';

const health = (e) => (e.state === 'enabled' && e.health !== 'ok' ? e.health : e.state);

export function endpoints(view, room) {
  load(view, room, () => ask('/v4/endpoints', { signal: view.signal }), ({ endpoints: all }) => table('Endpoints', [
    { name: 'Address', cell: (e) => h('a', { class: 'long', href: `#/endpoints/${encodeURIComponent(e.endpoint_id)}` }, e.url) },
    { name: 'State', cell: (e) => badge(plain(health(e)), tone(health(e))) }, { name: 'Description', cell: (e) => e.description },
    { name: 'Failures in a row', number: true, cell: (e) => count(e.failures) }, { name: 'Failing since', cell: (e) => when(e.failing_since) },
  ], all, 'There is no endpoint. waybill endpoints add, or POST /v4/endpoints, makes one.').node);
}

export function endpointView(view, room, heading, [id]) {
  const path = `/v4/endpoints/${encodeURIComponent(id)}`;
  const calls = section('Recent attempts', 'Each call, the newest first.');
  const history = section('What became of it', 'Who did what, and what followed from how it answers.');
  const how = h('div');
  room.replaceChildren(h('p', null, h('a', { href: '#/endpoints' }, 'All endpoints')), how);
  load(view, how, () => ask(path, { signal: view.signal }), (e) => {
    heading.textContent = e.url;
    document.title = `${e.url} – Waybill`;
    const recent = () => { if (session.may('read')) attempts(view, list, { endpoint_id: id, outcome: outcome.value }, 'Attempts'); };
    const outcome = select([['', 'All'], ['failed', 'Failed'], ['delivered', 'Delivered'], ['expired', 'Expired']], '', { onchange: recent });
    const list = h('div');
    calls.room.replaceChildren(h('div', { class: 'controls' }, field('Outcome', outcome), h('button', { type: 'button', onclick: recent }, 'Look again')), list);
    recent();
    if (session.may('read')) load(view, history.room, () => ask(`${path}/events`, { query: { limit: 20 }, signal: view.signal }), events);
    return [stands(e), session.may('endpoints') ? acts(view, path, e) : '', session.may('read') ? [calls.node, history.node] : ''].flat();
  });
}

function stands(e) {
  const node = section('How it does');
  node.room.append(facts([
    ['State', badge(plain(health(e)), tone(health(e)))], ['Why', e.reason], ['Since', when(e.state_since)], ['Failures in a row', e.failures || null],
    ['Failing since', when(e.failing_since)], ['Description', e.description], ['Types', e.types.join(', ') || 'all'], ['Order', e.order],
    ['Tried again for', e.deadline > 0 && lasting(e.deadline / 1000)], ['Id', h('code', null, e.endpoint_id)],
  ]));
  return node.node;
}

function events({ events: all }) {
  return table('Events of the endpoint', [
    { name: 'When', cell: (v) => when(v.occurred_at) }, { name: 'What', cell: (v) => plain(v.kind) }, { name: 'State', cell: (v) => badge(plain(v.state), tone(v.state)) },
    { name: 'Why', wide: true, cell: (v) => v.reason }, { name: 'By', cell: (v) => v.requested_by },
  ], all, 'Nothing yet.').node;
}

// acts are what a key with the scope endpoints may do here.
function acts(view, path, e) {
  const result = h('p', { role: 'status' });
  const act = (name, text) => h('button', {
    type: 'button', onclick: async (event) => {
      const button = event.currentTarget;
      button.disabled = true;
      result.className = '';
      result.textContent = `${title(name)} …`;
      try {
        const now = await ask(`${path}/${name}`, { method: 'POST', signal: view.signal });
        result.textContent = name === 'test' ? 'A test is under way; the attempts tell what comes of it.' : `It is ${plain(now.state)} now.`;
      } catch (fault) {
        if (view.signal.aborted) return;
        result.className = 'problem';
        result.textContent = fault.message;
      }
      button.disabled = false;
    },
  }, text);
  const status = select([['expired', 'Expired: never delivered in time'], ['delivered', 'Delivered: a receiver lost them'], ['', 'All']], 'expired');
  const since = select([['1', 'Last hour'], ['24', 'Last day'], ['168', 'Last 7 days'], ['840', 'Last 35 days, all there is']], '24');
  const again = h('button', {
    type: 'button', onclick: () => sendAgain(view, {
      endpoint_id: e.endpoint_id, status: status.value || undefined, since: new Date(Date.now() - since.value * 3_600_000).toISOString(),
    }, 'webhooks', e.endpoint_id),
  }, 'Send again …');
  const node = section('Act');
  node.room.append(h('div', { class: 'buttons' }, act('test', 'Send a test'), e.state === 'suspended' && act('resume', 'Resume'), e.state !== 'enabled' && e.state !== 'suspended' && act('enable', 'Enable')),
    result, h('div', { class: 'controls' }, field('Webhooks that are', status), field('Made in the', since), again));
  return node.node;
}
